/** A connection that breaks, or that the server ends. */

import { describe, expect, test } from "vitest";
import { call, codes, devices, dial, eachTestHasACall, now, server, soon, tokens } from "../setUp.ts";

eachTestHasACall();

describe("a lost connection", () => {
  test.each([1001, 1011, 1012])("comes back after a close with %i, with a fresh token", async (code) => {
    const getToken = tokens();
    await dial(getToken);
    server.last.close(code);
    await soon(() => expect(now().status).toBe("Connecting"));
    await soon(() => expect(now().status).toBe("Connected"));
    expect(server.calls.map(({ token }) => token)).toEqual(["token-1", "token-2"]);
    expect(server.last.url.searchParams.get("meetingId")).toBe("m1");
    expect(codes()).toEqual([]);
  });

  test("comes back although the network goes without a goodbye, and the conversation stays", async () => {
    await dial(tokens());
    server.last.tell("agent-state", { state: "speaking" });
    server.last.send("bot-tts-text", { text: "It is" });
    await soon(() => expect(now().transcript).toHaveLength(1));
    server.last.cut();
    await soon(() => expect(server.calls).toHaveLength(2));
    server.last.send("bot-tts-text", { text: "Hello again." });
    await soon(() => expect(now().transcript.map(({ text }) => text)).toEqual(["It is", "Hello again."]));
  });

  test("keeps the microphone, sends nothing of the time between, and stops what was being said", async () => {
    await dial(tokens());
    server.isAnswering = false;
    server.last.cut();
    await soon(() => expect(server.waiting).toHaveLength(1));
    for (let i = 0; i < 20; i++) devices.speak();
    for (const accept of server.waiting) accept();
    await soon(() => expect(now().status).toBe("Connected"));
    devices.speak(4_242);
    await soon(() => expect(server.last.audio).toHaveLength(1));
    expect(server.last.audio[0]?.[0]).toBe(4_242);
    expect(devices.tracks).toHaveLength(1);
    expect(devices.orders.at(-1)).toBe("flush");
  });

  test("tries again where a moment's wait may help, with a fresh token each time", async () => {
    const getToken = tokens();
    await dial(getToken);
    server.refusal = [429, "too_many_calls_of_user"];
    server.last.cut();
    await soon(() => expect(getToken.mock.calls.length).toBeGreaterThan(2));
    server.refusal = null;
    await soon(() => expect(now().status).toBe("Connected"));
    expect(server.last.token).toBe(`token-${getToken.mock.calls.length}`);
  });

  test("does not come back where the server refuses for good", async () => {
    const getToken = tokens();
    await dial(getToken);
    server.refusal = [409, "meeting_over"];
    server.last.cut();
    await soon(() => expect(codes()).toEqual(["meeting_over"]));
    expect(now().status).toBe("Disconnected");
    expect(getToken).toHaveBeenCalledTimes(2);
    expect(devices.open).toEqual([]);
  });

  test("is given up once the meeting will not be open any more", async () => {
    await dial(tokens(), { rejoinSecs: 0.3 });
    server.refusal = [503, "draining"];
    server.last.cut();
    await soon(() => expect(codes()).toEqual(["draining"]));
    expect(devices.open).toEqual([]);
  });

  test("does not come back with a plain token, which opens one connection only", async () => {
    await dial("one");
    server.last.cut();
    await soon(() => expect(codes()).toEqual(["connection_lost"]));
    expect(now().status).toBe("Disconnected");
    expect(devices.open).toEqual([]);
    expect(server.calls).toHaveLength(1);
  });
});

describe("a call that the server ends", () => {
  test.each([
    ["idle", 4001, ["idle"]],
    ["ended", 4004, []],
    ["too_slow", 4005, ["too_slow"]],
  ])("for %s does not come back, and is told where it is worth a word", async (reason, code, told) => {
    const getToken = tokens();
    await dial(getToken);
    server.last.tell("call-ended", { reason });
    server.last.close(code);
    await soon(() => expect(now().status).toBe("Disconnected"));
    expect(now().endReason).toBe(reason);
    expect(codes()).toEqual(told);
    expect(getToken).toHaveBeenCalledTimes(1);
    expect(devices.open).toEqual([]);
  });

  test("is understood by its close code alone", async () => {
    await dial(tokens());
    server.last.close(4002);
    await soon(() => expect(now().endReason).toBe("limit"));
    expect(codes()).toEqual(["limit"]);
  });
});

describe("the turns' times", () => {
  const turn = { turn: 1, ms: { endpointing: 300, stt: 50, llm: 200, tts: 150, total: 700 } };

  test("go on counting after a reconnection, although the server begins anew", async () => {
    await dial(tokens());
    server.last.tell("turn-metrics", turn);
    await soon(() => expect(now().turnMetrics).toHaveLength(1));
    server.last.cut();
    await soon(() => expect(server.calls).toHaveLength(2));
    server.last.tell("turn-metrics", turn);
    await soon(() => expect(now().turnMetrics.map((each) => each.turn)).toEqual([1, 2]));
  });

  test("and the conversation stay for the same meeting, and go with another", async () => {
    await dial("one");
    server.last.tell("turn-metrics", turn);
    await soon(() => expect(now().turnMetrics).toHaveLength(1));
    await dial("two");
    expect(now().turnMetrics).toHaveLength(1);
    await call.connect("m2", "three", { serverUrl: server.url });
    expect(now().turnMetrics).toEqual([]);
  });
});
