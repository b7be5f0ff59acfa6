/** The picture of a turn's time. */

import { describe, expect, test } from "vitest";
import { TurnClock } from "../../src/client/turnTime.ts";

const VOICE = 0.1;
const turn = { turn: 3, ms: { endpointing: 300, stt: 50, llm: 200, tts: 150, total: 700 } };

/** A turn whose last word ended at 1000, and whose answer arrived and was heard at these moments. */
function clock(arrivedMs: number, playedMs: number): TurnClock {
  const it = new TurnClock();
  for (let ms = 0; ms <= 1000; ms += 20) it.heard(VOICE, ms);
  for (let ms = 1020; ms <= 1300; ms += 20) it.heard(0.001, ms);
  it.turnEnded();
  it.arrived(arrivedMs);
  it.arrived(arrivedMs + 20);
  it.played(playedMs);
  it.played(playedMs + 500);
  return it;
}

describe("the time of a turn", () => {
  test("is that from the last word to the first sound, and its parts add up to it", () => {
    const time = clock(1_760, 1_840).time(turn);
    expect(time).toEqual({
      turn: 3,
      endpointing: 300,
      stt: 50,
      llm: 200,
      tts: 150,
      network: 60,
      playback: 80,
      total: 840,
    });
    expect(time.endpointing + time.stt + time.llm + time.tts + time.network + time.playback).toBe(time.total);
  });

  test("is never negative where the two ends measured differently", () => {
    const time = clock(1_500, 1_560).time(turn);
    expect(time.network).toBe(0);
    expect(time.total).toBe(760);
  });

  test("is the server's where nothing was heard or played here", () => {
    const silent = new TurnClock();
    silent.turnEnded();
    expect(silent.time(turn)).toMatchObject({ network: 0, playback: 0, total: 700 });
  });

  test("belongs to its own turn, not to the one before", () => {
    const it = clock(1_760, 1_840);
    it.heard(VOICE, 9_000);
    it.turnEnded();
    it.arrived(9_750);
    it.played(9_800);
    expect(it.time(turn)).toMatchObject({ network: 50, playback: 50, total: 800 });
  });
});
