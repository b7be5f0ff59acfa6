/** Audio contexts: made with their worklet, and kept running. */

import { problem } from "./errors.ts";

/**
 * A running context with a worklet loaded.
 *
 * Throws a CallProblem where the browser has none to give.
 */
export async function audioContext(worklet: URL, options: AudioContextOptions): Promise<AudioContext> {
  let context: AudioContext | null = null;
  try {
    context = new AudioContext(options);
    await context.audioWorklet.addModule(worklet);
    return context;
  } catch {
    await context?.close();
    throw problem("audio_failed");
  }
}

/**
 * Resumes a context whenever it stops: until the page was touched, in a hidden tab, during a phone call,
 * when the device it plays on goes away.
 *
 * Returns a function that stops this.
 */
export function keepRunning(context: AudioContext): () => void {
  const resume = () => {
    if (context.state === "running" || context.state === "closed") return;
    context.resume().catch(() => {});
  };
  const moments: [EventTarget, string][] = [
    [context, "statechange"],
    [context, "error"],
    [document, "visibilitychange"],
    [document, "pointerdown"],
    [document, "keydown"],
    [navigator.mediaDevices, "devicechange"],
  ];
  for (const [target, name] of moments) target.addEventListener(name, resume);
  resume();
  return () => {
    for (const [target, name] of moments) target.removeEventListener(name, resume);
  };
}

/** Root mean square of signed 16 bit samples, 0 to 1. */
export function loudness(samples: Int16Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / Math.max(1, samples.length)) / 32_768;
}
