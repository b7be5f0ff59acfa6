/**
 * Stands in for `bowser`, with which Pipecat's client tells the server the browser's name: no agent needs to
 * know (7 kB gzip).
 */
export default { parse: () => null };
