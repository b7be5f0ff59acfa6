/** The axis of the turns' times, and how times are written. */

const STEPS_MS = [100, 200, 500, 1000, 2000, 5000, 10_000];
const MOST_STEPS = 6;

/** Marks from 0 to at least `longestMs`, at round distances. */
export function marks(longestMs: number): readonly number[] {
  const fits = (each: number) => Math.ceil(longestMs / each) <= MOST_STEPS;
  const stepMs = STEPS_MS.find(fits) ?? Math.ceil(longestMs / MOST_STEPS);
  const count = Math.max(1, Math.ceil(longestMs / stepMs));
  return Array.from({ length: count + 1 }, (_, i) => i * stepMs);
}

/** `0.68 s` */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
