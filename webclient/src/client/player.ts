/** The agent's voice: what arrives is played without a gap, and dropped at once when it has to be. */

export const VOICE_RATE_HZ = 24_000;
/** How much is held back before speech begins. Grows by itself on a connection that needs more. */
const PREBUFFER_MS = 60;

interface Report {
  isPlaying: boolean;
  level: number;
  underruns: number;
}

export class Player {
  /** Called with the time (`performance.now()`) at which the first sample of speech is played. */
  onStarted: (atMs: number) => void = () => {};
  onUnderruns: (count: number) => void = () => {};
  level = 0;
  private underruns = 0;
  private isPlaying = false;

  private constructor(
    private readonly context: AudioContext,
    private readonly node: AudioWorkletNode,
  ) {
    node.port.onmessage = (event: MessageEvent<Report>) => this.read(event.data);
    node.connect(context.destination);
  }

  static async open(): Promise<Player> {
    const context = new AudioContext({ sampleRate: VOICE_RATE_HZ, latencyHint: "interactive" });
    await context.audioWorklet.addModule(new URL("./worklets/player.js", import.meta.url));
    await context.resume();
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
    this.node.disconnect();
    await this.context.close();
  }

  private read(report: Report): void {
    this.level = report.level;
    if (report.underruns !== this.underruns) {
      this.underruns = report.underruns;
      this.onUnderruns(report.underruns);
    }
    if (report.isPlaying && !this.isPlaying) this.onStarted(performance.now() + this.latencyMs);
    this.isPlaying = report.isPlaying;
  }

  private get latencyMs(): number {
    return 1000 * (this.context.outputLatency || this.context.baseLatency || 0);
  }
}
