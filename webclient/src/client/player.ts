/** The agent's voice: what arrives is played without a gap, and dropped at once when it has to be. */

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
  /** Called with the time (`performance.now()`) at which the first sample of speech is heard. */
  onStarted: (atMs: number) => void = () => {};
  onUnderruns: (count: number) => void = () => {};
  level = 0;
  private underruns = 0;
  private isPlaying = false;
  private readonly letStop: () => void;

  private constructor(
    private readonly context: AudioContext,
    private readonly node: AudioWorkletNode,
  ) {
    node.port.onmessage = (event: MessageEvent<Report>) => this.read(event.data);
    node.connect(context.destination);
    this.letStop = keepRunning(context);
  }

  /** Throws a CallProblem where the browser cannot play. */
  static async open(): Promise<Player> {
    const worklet = new URL("./worklets/player.js", import.meta.url);
    const context = await audioContext(worklet, { sampleRate: VOICE_RATE_HZ, latencyHint: "interactive" });
    const options = { outputChannelCount: [1], processorOptions: { prebufferMs: PREBUFFER_MS } };
    return new Player(context, new AudioWorkletNode(context, "turnwise-player", options));
  }

  /** Queues speech: 24 kHz, mono, signed 16 bit. */
  play(pcm: Int16Array): void {
    const samples = Float32Array.from(pcm, (sample) => sample / 32_768);
    this.node.port.postMessage({ type: "audio", samples }, [samples.buffer]);
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
    this.node.port.onmessage = null;
    this.node.disconnect();
    await this.context.close();
  }

  private read(report: Report): void {
    this.level = report.level;
    if (report.underruns !== this.underruns) {
      this.underruns = report.underruns;
      this.onUnderruns(report.underruns);
    }
    if (report.isPlaying && !this.isPlaying) this.onStarted(this.heardAtMs(report.atSecs));
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
