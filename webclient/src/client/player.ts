/**
 * The agent's voice: pieces are played without a gap, and dropped at once when they have to be; a track is
 * played as it comes, for the browser's own jitter buffer stands before it.
 */

import { audioContext, keepRunning } from "./audio.ts";

export const VOICE_RATE_HZ = 24_000;
/** How much is held back before speech begins. Grows by itself on a connection that needs more. */
const PREBUFFER_MS = 60;
/** A device further behind than this tells nonsense about its own delay. */
const LONGEST_DELAY_MS = 1_000;

/** What the audio thread tells, twenty times a second and at each beginning and end of speech. */
export interface Report {
  readonly isPlaying: boolean;
  readonly level: number;
  readonly underruns: number;
  /** The context's time, in seconds, when this was so. */
  readonly atSecs: number;
}

export class Player {
  /** Called with the time (`performance.now()`) at which a piece of speech has arrived. */
  onArrived: (atMs: number) => void = () => {};
  /** Called with the time (`performance.now()`) at which the first sample of speech is heard. */
  onStarted: (atMs: number) => void = () => {};
  onUnderruns: (count: number) => void = () => {};
  level = 0;
  isPlaying = false;
  /** How long the browser holds what arrives on the track, on average. */
  heldMs = 0;
  private underruns = 0;
  private ofTrack = 0;
  private track: Track | null = null;
  private readonly letStop: () => void;

  private constructor(
    private readonly context: AudioContext,
    private readonly node: AudioWorkletNode,
  ) {
    node.port.onmessage = (event: MessageEvent<Report>) => this.read(event.data);
    node.connect(context.destination);
    this.letStop = keepRunning(context);
  }

  /**
   * A player for pieces of this rate; without one, for a track.
   *
   * Throws a CallProblem where the browser cannot play.
   */
  static async open(rateHz?: number): Promise<Player> {
    const worklet = new URL("./worklets/player.js", import.meta.url);
    const context = await audioContext(worklet, { sampleRate: rateHz, latencyHint: "interactive" });
    const mono = { channelCount: 1, channelCountMode: "explicit" as const, outputChannelCount: [1] };
    const options = { ...mono, processorOptions: { prebufferMs: PREBUFFER_MS } };
    return new Player(context, new AudioWorkletNode(context, "turnwise-player", options));
  }

  /** Queues speech: 24 kHz, mono, signed 16 bit. */
  play(pcm: Int16Array): void {
    this.onArrived(performance.now());
    const samples = Float32Array.from(pcm, (sample) => sample / 32_768);
    this.node.port.postMessage({ type: "audio", samples }, [samples.buffer]);
  }

  /** Plays this track from now on, and no other; null for none. */
  hear(track: MediaStreamTrack | null): void {
    this.track?.stop();
    this.track = track && new Track(track, this.context, this.node);
  }

  /** Counts gaps in the track that the browser had to fill. */
  ranDry(times: number): void {
    this.ofTrack += times;
    this.onUnderruns(this.underruns + this.ofTrack);
  }

  /** Says that all of this speech has arrived. */
  end(): void {
    this.node.port.postMessage({ type: "end" });
  }

  /** Drops what is queued, now. */
  flush(): void {
    this.node.port.postMessage({ type: "flush" });
  }

  async close(): Promise<void> {
    this.letStop();
    this.hear(null);
    this.node.port.onmessage = null;
    this.node.disconnect();
    await this.context.close();
  }

  private read(report: Report): void {
    this.level = report.level;
    if (report.underruns !== this.underruns) {
      this.underruns = report.underruns;
      this.onUnderruns(report.underruns + this.ofTrack);
    }
    if (report.isPlaying && !this.isPlaying) {
      if (this.track) this.onArrived(performance.now() - this.heldMs);
      this.onStarted(this.heardAtMs(report.atSecs));
    }
    this.isPlaying = report.isPlaying;
  }

  /** When a sample of the context's time `atSecs` leaves the loudspeaker. */
  private heardAtMs(atSecs: number): number {
    const nowMs = performance.now();
    const { contextTime = 0, performanceTime = 0 } = this.context.getOutputTimestamp();
    const heardMs = performanceTime + 1000 * (atSecs - contextTime);
    const isPlausible = performanceTime > 0 && Math.abs(heardMs - nowMs) < LONGEST_DELAY_MS;
    return isPlausible
      ? heardMs
      : nowMs + 1000 * (this.context.outputLatency || this.context.baseLatency || 0);
  }
}

/** A track on its way into a node. */
class Track {
  private readonly sink = new Audio();
  private readonly source: MediaStreamAudioSourceNode;

  constructor(track: MediaStreamTrack, context: AudioContext, node: AudioWorkletNode) {
    const stream = new MediaStream([track]);
    this.source = context.createMediaStreamSource(stream);
    this.source.connect(node);
    // Chromium decodes a remote track only for a media element: https://crbug.com/40094084
    this.sink.muted = true;
    this.sink.srcObject = stream;
    this.sink.play().catch(() => {});
  }

  stop(): void {
    this.source.disconnect();
    this.sink.srcObject = null;
  }
}
