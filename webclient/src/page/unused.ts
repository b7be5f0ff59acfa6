/**
 * Stands in for what Pipecat's libraries import and this page never uses:
 *
 * - `@daily-co/daily-js`, a media manager that would load more code at run time (68 kB gzip),
 * - `bowser`, which tells the server the browser's name; no agent needs to know (7 kB),
 * - `x-law`, the coding of telephone lines (2 kB).
 */
export default { parse: () => null };

export const mulaw = {};
