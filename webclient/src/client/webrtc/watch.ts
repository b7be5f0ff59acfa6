/** Looks after a peer connection once a second: whether it lives, and how long the browser holds its voice. */

import type { Player } from "../player.ts";
import type { Peer } from "./peer.ts";
import { type Sample, sampleOf } from "./sample.ts";

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
    // Asks for a sign of life: whoever gets it answers, however quiet both sides are.
    this.peer.send(`ping: ${Date.now()}`);
    const now = sampleOf(await this.peer.stats());
    const { before } = this;
    this.before = now;
    if (!before) return;
    this.silentLooks = now.receivedBytes === before.receivedBytes ? this.silentLooks + 1 : 0;
    const frames = now.emittedFrames - before.emittedFrames;
    if (frames > 0) this.player.heldMs = (1000 * (now.heldSecs - before.heldSecs)) / frames;
    if (this.silentLooks >= SILENT_LOOKS) this.onLost();
  }
}
