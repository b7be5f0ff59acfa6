/** How loudness is drawn. */

/** Quieter than this is drawn as silence. */
const FLOOR_DB = -52;
/** As loud as a voice close to the microphone gets. */
const CEILING_DB = -10;

/** From a linear level, 0 to 1, to how far a meter goes, 0 to 1: ears hear decibels. */
export function meter(level: number): number {
  if (level <= 0) return 0;
  const db = 20 * Math.log10(level);
  return Math.min(1, Math.max(0, (db - FLOOR_DB) / (CEILING_DB - FLOOR_DB)));
}
