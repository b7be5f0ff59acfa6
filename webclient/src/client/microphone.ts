/** The user's voice, as frames of 16 kHz. */

import { audioContext, keepRunning, loudness } from "./audio.ts";
import { capture, captureExactly, release } from "./devices.ts";

export class Microphone {
  /** Called every 20 ms with 320 samples of signed 16 bit. */
  onFrame: (frame: ArrayBuffer) => void = () => {};
  /** Called with the loudness of every frame, 0 to 1. */
  onLevel: (level: number) => void = () => {};
  /** Called with the track of another device that took over. */
  onTrack: (track: MediaStreamTrack) => void = () => {};
  /** Called when another device took the place of one that went away; with null when there is none. */
  onMoved: (deviceId: string | null) => void = () => {};
  /** Called when a device was plugged in or pulled out. */
  onDevices: () => void = () => {};
  level = 0;
  private isMuted = false;
  private isClosed = false;
  private readonly letStop: () => void;

  private constructor(
    private readonly context: AudioContext,
    private readonly node: AudioWorkletNode,
    private stream: MediaStream,
    private source: MediaStreamAudioSourceNode,
  ) {
    node.port.onmessage = (event: MessageEvent<ArrayBuffer>) => this.heard(event.data);
    source.connect(node);
    this.letStop = keepRunning(context);
    navigator.mediaDevices.addEventListener("devicechange", this.lookAgain);
    this.watch();
  }

  /**
   * Asks for the microphone and begins to listen.
   *
   * Throws a CallProblem that says why there is none; nothing stays open then.
   */
  static async open(deviceId: string | null): Promise<Microphone> {
    const stream = await capture(deviceId);
    let context: AudioContext | null = null;
    try {
      const worklet = new URL("./worklets/microphone.js", import.meta.url);
      context = await audioContext(worklet, { latencyHint: "interactive" });
      const options = { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" as const };
      const node = new AudioWorkletNode(context, "turnwise-microphone", options);
      return new Microphone(context, node, stream, context.createMediaStreamSource(stream));
    } catch (error) {
      release(stream);
      await context?.close();
      throw error;
    }
  }

  get deviceId(): string | null {
    return this.track?.getSettings().deviceId ?? null;
  }

  get track(): MediaStreamTrack | undefined {
    return this.stream.getAudioTracks()[0];
  }

  /** Silence instead of the voice, from this very frame on: time goes on for the server. */
  mute(isMuted: boolean): void {
    this.isMuted = isMuted;
    for (const track of this.stream.getAudioTracks()) track.enabled = !isMuted;
  }

  /** Listens with another device; the old one goes on if this one cannot be had. */
  async change(deviceId: string): Promise<void> {
    this.use(await captureExactly(deviceId));
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.letStop();
    navigator.mediaDevices.removeEventListener("devicechange", this.lookAgain);
    this.node.port.onmessage = null;
    release(this.stream);
    this.source.disconnect();
    await this.context.close();
  }

  private use(stream: MediaStream): void {
    release(this.isClosed ? stream : this.stream);
    if (this.isClosed) return;
    this.stream = stream;
    this.source.disconnect();
    this.source = this.context.createMediaStreamSource(stream);
    this.source.connect(this.node);
    this.mute(this.isMuted);
    this.watch();
    if (this.track) this.onTrack(this.track);
  }

  private heard(frame: ArrayBuffer): void {
    if (this.isMuted) new Int16Array(frame).fill(0);
    this.level = loudness(new Int16Array(frame));
    this.onLevel(this.level);
    this.onFrame(frame);
  }

  private watch(): void {
    for (const track of this.stream.getAudioTracks()) track.onended = () => void this.replace();
  }

  /** The device went away: the next one is taken, so that the call goes on. */
  private async replace(): Promise<void> {
    try {
      this.use(await capture(null));
    } catch {
      if (!this.isClosed) this.onMoved(null);
      return;
    }
    if (!this.isClosed) this.onMoved(this.deviceId);
  }

  private readonly lookAgain = () => {
    this.onDevices();
    if (this.track?.readyState === "ended") void this.replace();
  };
}
