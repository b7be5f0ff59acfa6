/** When to try again after a lost connection, and when to give up. */

const FIRST_MS = 250;
const LONGEST_MS = 4_000;
/** A connection that held this long was a good one: what comes after it is a new loss. */
const GOOD_MS = 10_000;

/** The wait before the nth try, counted from 0: growing, and spread so that not all come back at once. */
export function waitMs(attempt: number, random: () => number = Math.random): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt);
  return longest * (0.5 + random() / 2);
}

/** One loss after the other, of a connection that may come back only to break again. */
export class Backoff {
  private attempt = 0;
  private giveUpAtMs = 0;
  private connectedAtMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly giveUpMs: number) {}

  connected(nowMs: number): void {
    this.connectedAtMs = nowMs;
  }

  lost(nowMs: number): void {
    const isNew = this.attempt === 0 || nowMs - this.connectedAtMs >= GOOD_MS;
    if (!isNew) return;
    this.attempt = 0;
    this.giveUpAtMs = nowMs + this.giveUpMs;
  }

  /** How long to wait before the next try; null when it is too late for one. */
  nextMs(nowMs: number, random?: () => number): number | null {
    return nowMs >= this.giveUpAtMs ? null : waitMs(this.attempt++, random);
  }
}
