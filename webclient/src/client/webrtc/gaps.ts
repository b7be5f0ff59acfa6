/** Notices where the agent's voice was torn: a track never stops, and what is missing in its silence is nothing. */

import type { Player } from "../player.ts";
import type { Peer } from "./peer.ts";
import { type Sample, sampleOf } from "./sample.ts";

const EVERY_MS = 100;
/** Half a packet of Opus, which is always 48 kHz: less is a stretched sound and no hole. */
const SHORTEST_GAP_FRAMES = 480;
/** 60 dB below full scale, for as long as a look: less is a pause between two words. */
const SILENT_ENERGY = (0.001 ** 2 * EVERY_MS) / 1_000;

export class Gaps {
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
  }

  /** Only from one moment of speech to the next: a gap of the time before is none in the voice. */
  private async look(): Promise<void> {
    const now = this.player.isPlaying ? sampleOf(await this.peer.stats()) : null;
    const { before } = this;
    this.before = now;
    if (now && before && isTorn(now, before)) this.player.ranDry(Math.max(1, now.gaps - before.gaps));
  }
}

function isTorn(now: Sample, before: Sample): boolean {
  const filled = now.filledFrames - before.filledFrames;
  return filled >= SHORTEST_GAP_FRAMES && now.energy - before.energy > SILENT_ENERGY;
}
