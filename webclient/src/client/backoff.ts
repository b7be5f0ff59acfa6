/** When to try again after a lost connection. */

const FIRST_MS = 250;
const LONGEST_MS = 4_000;
/** The server keeps the meeting open for 30 s by default; a client that comes later is refused anyway. */
export const GIVE_UP_MS = 30_000;

/** The wait before the nth try, counted from 0: growing, and spread so that not all come back at once. */
export function waitMs(attempt: number, random: () => number = Math.random): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt);
  return longest * (0.5 + random() / 2);
}
