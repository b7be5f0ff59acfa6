/** A peer connection is looked after once a second. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Player } from "../../src/client/player.ts";
import type { Peer } from "../../src/client/webrtc/peer.ts";
import { Watch } from "../../src/client/webrtc/watch.ts";

const pair = { type: "candidate-pair", bytesReceived: 0 };
const voice = {
  type: "inbound-rtp",
  kind: "audio",
  jitterBufferDelay: 0,
  jitterBufferEmittedCount: 0,
};
const player = { heldMs: 0 };
let stats: object[];
let watch: Watch;
let sent: string[];
const onLost = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  vi.clearAllMocks();
  [stats, sent, player.heldMs] = [[pair], [], 0];
  const peer = {
    send: (text: string) => void sent.push(text),
    stats: async () => new Map(stats.map((each, i) => [String(i), each])),
  };
  watch = new Watch(peer as unknown as Peer, player as unknown as Player);
  watch.onLost = onLost;
});

afterEach(() => {
  watch.stop();
  vi.useRealTimers();
});

const second = (...report: object[]) => {
  stats = report;
  return vi.advanceTimersByTimeAsync(1_000);
};

test("it pings, for the server takes whoever is silent to be gone", async () => {
  await second(pair);
  expect(sent).toHaveLength(1);
  expect(sent[0]).toMatch(/^ping/);
});

test("nothing received for four seconds is a lost connection, and less is none", async () => {
  for (let i = 0; i < 4; i++) await second(pair);
  expect(onLost).not.toHaveBeenCalled();
  await second({ ...pair, bytesReceived: 1 });
  for (let i = 0; i < 3; i++) await second({ ...pair, bytesReceived: 1 });
  expect(onLost).not.toHaveBeenCalled();
  await second({ ...pair, bytesReceived: 1 });
  expect(onLost).toHaveBeenCalledTimes(1);
});

test("the time in the jitter buffer is that of the last second", async () => {
  await second({ ...voice, jitterBufferDelay: 900, jitterBufferEmittedCount: 48_000 });
  await second({ ...voice, jitterBufferDelay: 900 + 0.04 * 48_000, jitterBufferEmittedCount: 96_000 });
  expect(player.heldMs).toBeCloseTo(40);
});

test("it stops", async () => {
  watch.stop();
  await second(pair);
  expect(sent).toEqual([]);
});
