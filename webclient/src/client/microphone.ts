/** The user's voice, as frames of 16 kHz. */

import { MicrophoneProblem } from "./errors.ts";
import type { Microphone as Device } from "./types.ts";

const WISHES = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };

export class Microphone {
  /** Called every 20 ms with 320 samples of signed 16 bit. */
  onFrame: (frame: ArrayBuffer) => void = () => {};
  /** Called with the loudness of every frame, 0 to 1. */
  onLevel: (level: number) => void = () => {};
  /** Called when the device is pulled out or taken away. */
  onLost: () => void = () => {};
  level = 0;
  private isMuted = false;

  private constructor(
    private readonly context: AudioContext,
    private stream: MediaStream,
    private source: MediaStreamAudioSourceNode,
    private readonly node: AudioWorkletNode,
  ) {
    node.port.onmessage = (event: MessageEvent<ArrayBuffer>) => this.heard(event.data);
    source.connect(node);
    this.watch();
  }

  /**
   * Asks for the microphone and begins to listen.
   *
   * Throws a MicrophoneProblem that says why there is none.
   */
  static async open(deviceId: string | null): Promise<Microphone> {
    const stream = await capture(deviceId);
    const context = new AudioContext({ latencyHint: "interactive" });
    await context.audioWorklet.addModule(new URL("./worklets/microphone.js", import.meta.url));
    await context.resume();
    const options = { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" as const };
    const node = new AudioWorkletNode(context, "turnwise-microphone", options);
    return new Microphone(context, stream, context.createMediaStreamSource(stream), node);
  }

  /** The devices that can be chosen; their names are known only once the microphone was allowed. */
  static async devices(): Promise<Device[]> {
    const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    return all
      .filter((device) => device.kind === "audioinput" && device.deviceId)
      .map(({ deviceId, label }) => ({ id: deviceId, label: label || "Microphone" }));
  }

  get deviceId(): string | null {
    return this.stream.getAudioTracks()[0]?.getSettings().deviceId ?? null;
  }

  /** The track, for whoever wants to draw it. */
  get track(): MediaStreamTrack | undefined {
    return this.stream.getAudioTracks()[0];
  }

  /** Silence instead of the voice: time goes on for the server. */
  mute(isMuted: boolean): void {
    this.isMuted = isMuted;
    for (const track of this.stream.getAudioTracks()) track.enabled = !isMuted;
  }

  /** Listens with another device; the old one goes on if the new one cannot be had. */
  async change(deviceId: string): Promise<void> {
    const stream = await capture(deviceId);
    this.stop();
    this.stream = stream;
    this.source.disconnect();
    this.source = this.context.createMediaStreamSource(stream);
    this.source.connect(this.node);
    this.mute(this.isMuted);
    this.watch();
  }

  async close(): Promise<void> {
    this.stop();
    this.source.disconnect();
    await this.context.close();
  }

  private heard(frame: ArrayBuffer): void {
    this.level = loudness(new Int16Array(frame));
    this.onLevel(this.level);
    this.onFrame(frame);
  }

  private stop(): void {
    for (const track of this.stream.getTracks()) {
      track.onended = null;
      track.stop();
    }
  }

  private watch(): void {
    for (const track of this.stream.getAudioTracks()) track.onended = () => this.onLost();
  }
}

async function capture(deviceId: string | null): Promise<MediaStream> {
  if (!window.isSecureContext || !navigator.mediaDevices) throw new MicrophoneProblem("insecure_origin");
  try {
    const device = deviceId ? { deviceId: { exact: deviceId } } : {};
    return await navigator.mediaDevices.getUserMedia({ audio: { ...WISHES, ...device } });
  } catch (error) {
    throw MicrophoneProblem.of(error);
  }
}

function loudness(samples: Int16Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / Math.max(1, samples.length)) / 32_768;
}
