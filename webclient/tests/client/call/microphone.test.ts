/** The microphone of a call: muted, chosen, unplugged. */

import { describe, expect, test } from "vitest";
import { call, codes, devices, dial, eachTestHasACall, now, server, soon } from "../setUp.ts";

eachTestHasACall();

describe("the microphone", () => {
  test("that is muted sends silence, from this very frame on, and its level is nothing", async () => {
    await dial();
    devices.speak();
    call.mute(true);
    devices.speak();
    await soon(() => expect(server.last.audio.map((frame) => frame[0])).toEqual([8_000, 0]));
    expect(call.levels().input).toBe(0);
    expect(now().isMuted).toBe(true);
  });

  test("stays muted when another one is chosen, and in the next call", async () => {
    await dial();
    call.mute(true);
    await call.chooseMicrophone("headset");
    devices.speak();
    await dial("two");
    devices.speak();
    await soon(() => expect(server.last.audio).toHaveLength(1));
    expect(server.calls.flatMap(({ audio }) => audio).every((frame) => frame[0] === 0)).toBe(true);
    expect(devices.tracks.every(({ enabled, readyState }) => !enabled || readyState === "ended")).toBe(true);
  });

  test("is listed by its name, and the list follows what is plugged in", async () => {
    await dial();
    await soon(() => expect(now().microphones[0]).toEqual({ id: "desk", label: "The desk" }));
    devices.plug("desk", "headset", "new one");
    await soon(() => expect(now().microphones).toHaveLength(3));
    expect(now().microphoneId).toBe("desk");
  });

  test("that is chosen takes over; the old one goes on when the new one cannot be had", async () => {
    await dial();
    await call.chooseMicrophone("headset");
    expect(now().microphoneId).toBe("headset");
    await call.chooseMicrophone("gone");
    expect(codes()).toEqual(["microphone_missing"]);
    expect(now().microphoneId).toBe("headset");
    expect(devices.tracks.map(({ readyState }) => readyState)).toEqual(["ended", "live"]);
  });

  test("that was chosen once and is gone at the next call makes room for another", async () => {
    await call.chooseMicrophone("headset");
    devices.plug("desk");
    await dial();
    expect(now().status).toBe("Connected");
    expect(now().microphoneId).toBe("desk");
  });

  test("that is pulled out is replaced by the next, in the middle of the call", async () => {
    await dial();
    devices.microphones = ["headset"];
    devices.tracks[0]?.pullOut();
    await soon(() => expect(now().microphoneId).toBe("headset"));
    expect(codes()).toEqual([]);
  });

  test("that is pulled out with none left is told, and the call goes on once one is plugged in", async () => {
    await dial();
    devices.microphones = [];
    devices.tracks[0]?.pullOut();
    await soon(() => expect(codes()).toEqual(["microphone_lost"]));
    expect(now().status).toBe("Connected");
    devices.plug("new one");
    await soon(() => expect(now().microphoneId).toBe("new one"));
    expect(devices.tracks.at(-1)?.readyState).toBe("live");
  });
});
