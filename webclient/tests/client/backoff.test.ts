/** When a lost connection is tried again. */

import { expect, test } from "vitest";
import { Backoff, waitMs } from "../../src/client/backoff.ts";

const longest = () => 1;
const shortest = () => 0;

test("the waits grow, up to four seconds", () => {
  const waits = [0, 1, 2, 3, 4, 5, 20].map((attempt) => waitMs(attempt, longest));
  expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000, 4_000, 4_000]);
});

test("the waits are spread, so that not all clients of a restarted server come back at once", () => {
  expect(waitMs(3, shortest)).toBe(1_000);
  expect(waitMs(3, longest)).toBe(2_000);
});

test("there is no try after the time in which the meeting is kept", () => {
  const backoff = new Backoff(30_000);
  backoff.lost(0);
  expect(backoff.nextMs(29_999, longest)).toBe(250);
  expect(backoff.nextMs(30_000, longest)).toBeNull();
});

test("a connection that breaks again at once does not start the clock anew", () => {
  const backoff = new Backoff(30_000);
  backoff.lost(0);
  for (let ms = 0; ms < 30_000; ms += 1_000) {
    expect(backoff.nextMs(ms, longest)).not.toBeNull();
    backoff.connected(ms + 500);
    backoff.lost(ms + 600);
  }
  expect(backoff.nextMs(30_000, longest)).toBeNull();
});

test("a connection that held for a while does", () => {
  const backoff = new Backoff(30_000);
  backoff.lost(0);
  backoff.nextMs(0, longest);
  backoff.connected(1_000);
  backoff.lost(61_000);
  expect(backoff.nextMs(90_000, longest)).toBe(250);
});
