/** The loudspeaker: kept running, and honest about what was heard when. */

import { beforeEach, describe, expect, test, vi } from "vitest";
import { keepRunning, loudness } from "../../src/client/audio.ts";
import { Player } from "../../src/client/player.ts";
import { FakeDevices } from "../fakes/devices.ts";

let devices: FakeDevices;

beforeEach(() => {
  devices = new FakeDevices();
});

const context = () => {
  const made = devices.contexts[0];
  if (!made) throw new Error("no context was made");
  return made;
};

const running = () => vi.waitFor(() => expect(context().state).toBe("running"));

describe("audio that stands still", () => {
  test("because of a phone call, or because its device went away, goes on by itself", async () => {
    await Player.open();
    await running();
    context().become("suspended");
    await running();
    context().become("interrupted" as AudioContextState);
    await running();
  });

  test.each(["pointerdown", "keydown", "visibilitychange"])(
    "because the page was not touched yet goes on with the first %s, and opening does not wait for it",
    async (event) => {
      devices.mayPlay = false;
      await Player.open();
      expect(context().state).toBe("suspended");
      devices.mayPlay = true;
      devices.page.dispatchEvent(new Event(event));
      await running();
    },
  );

  test("because the call is over stays so", async () => {
    const player = await Player.open();
    await player.close();
    devices.page.dispatchEvent(new Event("pointerdown"));
    expect(context().state).toBe("closed");
  });

  test("is not looked after any more once that was stopped", async () => {
    const made = new AudioContext();
    const stop = keepRunning(made);
    await running();
    stop();
    context().become("suspended");
    devices.page.dispatchEvent(new Event("pointerdown"));
    expect(context().state).toBe("suspended");
  });
});

describe("a player", () => {
  const report = (isPlaying: boolean, more = {}) => ({
    isPlaying,
    level: 0.2,
    underruns: 0,
    atSecs: 2,
    ...more,
  });
  const bring = (data: unknown) => devices.node("turnwise-player").port.bring(data);

  test("tells the beginning of each speech once", async () => {
    const player = await Player.open();
    const started = vi.fn();
    player.onStarted = started;
    for (const isPlaying of [false, true, true, false, true]) bring(report(isPlaying));
    expect(started).toHaveBeenCalledTimes(2);
    expect(player.level).toBe(0.2);
  });

  test("tells when it is heard, by the device's own clock", async () => {
    const player = await Player.open();
    const nowMs = performance.now();
    context().timestamp = { contextTime: 1.9, performanceTime: nowMs };
    const started = vi.fn();
    player.onStarted = started;
    bring(report(true));
    expect(started.mock.calls[0]?.[0]).toBeCloseTo(nowMs + 100);
  });

  test.each([{}, { contextTime: 0, performanceTime: 0 }, { contextTime: 500, performanceTime: 1 }])(
    "falls back on the device's delay where that clock says %o",
    async (timestamp) => {
      vi.spyOn(performance, "now").mockReturnValue(50_000);
      const player = await Player.open();
      context().timestamp = timestamp;
      const started = vi.fn();
      player.onStarted = started;
      bring(report(true));
      expect(started).toHaveBeenCalledWith(50_020);
    },
  );

  test("tells each underrun", async () => {
    const player = await Player.open();
    const counts: number[] = [];
    player.onUnderruns = (count) => counts.push(count);
    for (const underruns of [0, 1, 1, 2]) bring(report(true, { underruns }));
    expect(counts).toEqual([1, 2]);
  });

  test("hands samples over between -1 and 1", async () => {
    const player = await Player.open();
    player.play(new Int16Array([-32_768, 0, 16_384]));
    expect(devices.node("turnwise-player").port.sent[0]?.samples).toEqual(new Float32Array([-1, 0, 0.5]));
  });
});

test("loudness is that of the whole frame", () => {
  expect(loudness(new Int16Array(320))).toBe(0);
  expect(loudness(new Int16Array(320).fill(-16_384))).toBe(0.5);
  expect(loudness(new Int16Array(0))).toBe(0);
});
