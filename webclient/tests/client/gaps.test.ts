/** Gaps in the agent's voice are told, and gaps in its silence are nothing. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Player } from "../../src/client/player.ts";
import { Gaps } from "../../src/client/webrtc/gaps.ts";
import type { Peer } from "../../src/client/webrtc/peer.ts";

const voice = {
  type: "inbound-rtp",
  kind: "audio",
  concealedSamples: 0,
  silentConcealedSamples: 0,
  concealmentEvents: 0,
  totalAudioEnergy: 0,
};
const player = { isPlaying: true, ranDry: vi.fn() };
const stats = vi.fn();
let heard: typeof voice;
let gaps: Gaps;

beforeEach(() => {
  vi.useFakeTimers();
  vi.clearAllMocks();
  [player.isPlaying, heard] = [true, voice];
  stats.mockImplementation(async () => new Map([["voice", heard]]));
  gaps = new Gaps({ stats } as unknown as Peer, player as unknown as Player);
});

afterEach(() => {
  gaps.stop();
  vi.useRealTimers();
});

/** A tenth of a second later, in which so much of this was added. */
const passes = (added: Partial<Record<keyof typeof voice, number>>) => {
  for (const key of ["concealedSamples", "concealmentEvents", "totalAudioEnergy"] as const) {
    heard = { ...heard, [key]: heard[key] + (added[key] ?? 0) };
  }
  return vi.advanceTimersByTimeAsync(100);
};
const SPEECH = { totalAudioEnergy: 0.001 };
const GAP = { concealedSamples: 960, concealmentEvents: 1 };

test("a gap within speech is told, as often as it came", async () => {
  await passes(SPEECH);
  await passes({ ...SPEECH, ...GAP });
  await passes({ ...SPEECH, ...GAP, concealmentEvents: 2 });
  expect(player.ranDry.mock.calls).toEqual([[1], [2]]);
});

test("one that goes on from look to look is told at least once", async () => {
  await passes(SPEECH);
  await passes({ ...SPEECH, ...GAP, concealmentEvents: 0 });
  expect(player.ranDry.mock.calls).toEqual([[1]]);
});

test("a gap before the voice began is none in the voice", async () => {
  player.isPlaying = false;
  await passes(GAP);
  player.isPlaying = true;
  await passes({ ...SPEECH, ...GAP });
  await passes(SPEECH);
  expect(player.ranDry).not.toHaveBeenCalled();
});

test("a gap between two words is not heard", async () => {
  await passes(SPEECH);
  await passes(GAP);
  expect(player.ranDry).not.toHaveBeenCalled();
});

test("a sound that was stretched by a few milliseconds has no hole", async () => {
  await passes(SPEECH);
  await passes({ ...SPEECH, concealedSamples: 120, concealmentEvents: 1 });
  expect(player.ranDry).not.toHaveBeenCalled();
});

test("nothing is asked of the browser while nobody speaks, nor after the call", async () => {
  player.isPlaying = false;
  await passes({});
  gaps.stop();
  player.isPlaying = true;
  await passes({});
  expect(stats).not.toHaveBeenCalled();
});
