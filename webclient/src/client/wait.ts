/** Waiting that can be called off. */

/** Resolves after `ms`, or as soon as `signal` says stop. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}

/**
 * What `work` comes to.
 *
 * Throws what `late` makes after `ms`, and the signal's reason as soon as it says stop; `work` is then
 * left to itself.
 */
export async function within<T>(
  ms: number,
  signal: AbortSignal,
  work: Promise<T>,
  late: () => Error,
): Promise<T> {
  const waiting = new AbortController();
  const stop = () => waiting.abort();
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  const cut = pause(ms, waiting.signal).then(() => {
    throw signal.aborted ? signal.reason : late();
  });
  cut.catch(() => {});
  work.catch(() => {});
  try {
    return await Promise.race([work, cut]);
  } finally {
    signal.removeEventListener("abort", stop);
    stop();
  }
}
