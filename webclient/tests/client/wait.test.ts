/** Waiting that can be called off, and leaves no timer behind. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { pause, within } from "../../src/client/wait.ts";

const late = () => new Error("late");
const never = new Promise<never>(() => {});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a pause ends with its time, or as soon as it is called off", async () => {
  const over = new AbortController();
  const [short, long] = [pause(100, over.signal), pause(100_000, over.signal)];
  await vi.advanceTimersByTimeAsync(100);
  await short;
  over.abort();
  await long;
  await pause(100_000, over.signal);
  expect(vi.getTimerCount()).toBe(0);
});

test("work that is done in time is its result", async () => {
  expect(await within(100, new AbortController().signal, Promise.resolve(7), late)).toBe(7);
  expect(vi.getTimerCount()).toBe(0);
});

test("work that fails fails with its own error", async () => {
  const work = Promise.reject(new Error("broken"));
  await expect(within(100, new AbortController().signal, work, late)).rejects.toThrow("broken");
  expect(vi.getTimerCount()).toBe(0);
});

test("work that takes too long is late", async () => {
  const waiting = expect(within(100, new AbortController().signal, never, late)).rejects.toThrow("late");
  await vi.advanceTimersByTimeAsync(100);
  await waiting;
});

test("work that nobody wants any more is left, before and after it began", async () => {
  const over = new AbortController();
  const waiting = expect(within(100, over.signal, never, late)).rejects.toThrow("over");
  over.abort(new Error("over"));
  await waiting;
  await expect(within(100, over.signal, never, late)).rejects.toThrow("over");
  expect(vi.getTimerCount()).toBe(0);
});
