/** Looks after a peer connection once a second: whether it lives, and how well its voice comes through. */

import type { Player } from "../player.ts";
import type { Peer } from "./peer.ts";

const EVERY_MS = 1_000;
/** Nothing at all for so many looks is a lost connection: each ping is answered below us. */
const SILENT_LOOKS = 4;

export class Watch {
  /** Called once nothing arrives any more. */
  onLost: () => void = () => {};
  private silentLooks = 0;
  private before: Sample | null = null;
  private readonly timer: ReturnType<typeof setInterval>;

  constructor(
    private readonly peer: Peer,
    private readonly player: Player,
  ) {
    this.timer = setInterval(() => void this.look(), EVERY_MS);
  }

  stop(): void {
    clearInterval(this.timer);
    this.onLost = () => {};
  }

  private async look(): Promise<void> {
    // The server takes whoever is silent for three seconds to be gone.
    this.peer.send(`ping: ${Date.now()}`);
    const now = sampleOf(await this.peer.stats());
    const { before } = this;
    this.before = now;
    if (!before) return;
    this.silentLooks = now.receivedBytes === before.receivedBytes ? this.silentLooks + 1 : 0;
    this.listen(now, before);
    if (this.silentLooks >= SILENT_LOOKS) this.onLost();
  }

  private listen(now: Sample, before: Sample): void {
    const frames = now.emittedFrames - before.emittedFrames;
    if (frames > 0) this.player.heldMs = (1000 * (now.heldSecs - before.heldSecs)) / frames;
    const wasFilled = now.filledFrames > before.filledFrames;
    if (wasFilled && this.player.isPlaying) this.player.ranDry(Math.max(1, now.gaps - before.gaps));
  }
}

/** Sums since the beginning; 0 where a browser doesn't tell. */
interface Sample {
  receivedBytes: number;
  /** Audible samples that were made up because theirs had not arrived. */
  filledFrames: number;
  gaps: number;
  emittedFrames: number;
  /** The time in the jitter buffer, of all samples together. */
  heldSecs: number;
}

/** From what `getStats` says. */
export function sampleOf(report: RTCStatsReport): Sample {
  const sample = { receivedBytes: 0, filledFrames: 0, gaps: 0, emittedFrames: 0, heldSecs: 0 };
  report.forEach((stats) => {
    if (stats.type === "candidate-pair") sample.receivedBytes += stats.bytesReceived ?? 0;
    if (stats.type !== "inbound-rtp" || stats.kind !== "audio") return;
    sample.filledFrames += (stats.concealedSamples ?? 0) - (stats.silentConcealedSamples ?? 0);
    sample.gaps += stats.concealmentEvents ?? 0;
    sample.emittedFrames += stats.jitterBufferEmittedCount ?? 0;
    sample.heldSecs += stats.jitterBufferDelay ?? 0;
  });
  return sample;
}
