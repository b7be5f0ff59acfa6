/** A call: what a page sees of it, from Connect to the last thing that is closed. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { AgentCall } from "../../src/client/call.ts";
import type { CallSnapshot } from "../../src/client/types.ts";
import { FakeDevices } from "../fakes/devices.ts";
import { FakeServer } from "../fakes/server.ts";

let server: FakeServer;
let devices: FakeDevices;
let call: AgentCall;

beforeEach(async () => {
  devices = new FakeDevices();
  server = await FakeServer.start();
  call = new AgentCall();
});

afterEach(async () => {
  await call.disconnect();
  await server.stop();
});

const now = (): CallSnapshot => call.store.getState();
const codes = () => now().errors.map(({ code }) => code);
const soon = (check: () => void) => vi.waitFor(check, { timeout: 15_000, interval: 10 });
const dial = (token: string | (() => Promise<string>) = "one") =>
  call.connect("m1", token, { serverUrl: server.url });

/** Tokens numbered by how often one was asked for. */
function tokens() {
  let count = 0;
  return vi.fn(async () => `token-${++count}`);
}

describe("connecting", () => {
  test("a call that was answered is Connected, and its meeting and token were in the address", async () => {
    const dialling = dial();
    expect(now().status).toBe("Connecting");
    await dialling;
    expect(now().status).toBe("Connected");
    expect(server.last.url.pathname).toBe("/api/ws/agent");
    expect(server.last.url.searchParams.get("meetingId")).toBe("m1");
    expect(server.last.token).toBe("one");
  });

  test("the token is in no line of the console", async () => {
    const lines = vi.fn();
    for (const level of ["debug", "log", "info", "warn", "error"] as const) {
      vi.spyOn(console, level).mockImplementation(lines);
    }
    await dial("secret-token");
    server.last.cut();
    await soon(() => expect(now().status).toBe("Disconnected"));
    expect(JSON.stringify(lines.mock.calls)).not.toContain("secret-token");
  });

  test("a server below a prefix is called there", async () => {
    await call.connect("m1", "one", { serverUrl: `${server.url}/voice/` });
    expect(server.last.url.pathname).toBe("/voice/api/ws/agent");
  });

  test("a second connect hangs the first call up, and one call is left", async () => {
    await Promise.all([dial("first"), dial("second")]);
    expect(now().status).toBe("Connected");
    await soon(() => expect(server.calls.filter(({ closeCode }) => closeCode === null)).toHaveLength(1));
    expect(server.last.token).toBe("second");
    expect(devices.open).toHaveLength(3);
  });

  test("hanging up says goodbye to the server and leaves nothing open", async () => {
    await dial();
    await call.disconnect();
    expect(now().status).toBe("Disconnected");
    expect(devices.open).toEqual([]);
    await soon(() => expect(server.last.closeCode).toBe(1000));
  });
});

describe("hanging up before the call is connected", () => {
  const leavesNothing = async (dialling: Promise<void>) => {
    await call.disconnect();
    expect(now().status).toBe("Disconnected");
    await dialling;
    await soon(() => expect(devices.open).toEqual([]));
    expect(codes()).toEqual([]);
  };

  test("while the microphone is asked for", async () => {
    let allow = () => {};
    devices.answered = new Promise((resolve) => {
      allow = resolve;
    });
    const dialling = dial();
    await soon(() => expect(devices.asked).toBe(1));
    await call.disconnect();
    allow();
    await leavesNothing(dialling);
    expect(server.calls).toEqual([]);
  });

  test("while the token is fetched", async () => {
    const getToken = vi.fn(() => new Promise<string>(() => {}));
    const dialling = dial(getToken);
    await soon(() => expect(getToken).toHaveBeenCalled());
    await leavesNothing(dialling);
  });

  test("while the server takes its time to accept", async () => {
    server.isAnswering = false;
    const dialling = dial();
    await soon(() => expect(devices.nodes).toHaveLength(2));
    await leavesNothing(dialling);
  });

  test("while the agent gets ready", async () => {
    server.isReady = false;
    const dialling = dial();
    await soon(() => expect(server.calls).toHaveLength(1));
    await leavesNothing(dialling);
    await soon(() => expect(server.last.closeCode).toBe(1000));
  });

  test("while a lost connection is coming back", async () => {
    const getToken = tokens();
    await dial(getToken);
    server.last.cut();
    await soon(() => expect(now().status).toBe("Connecting"));
    await leavesNothing(Promise.resolve());
    expect(getToken).toHaveBeenCalledTimes(1);
  });
});

describe("a call that cannot come about is told once, and the microphone is closed", () => {
  const failed = async (code: string, dialling: Promise<void>) => {
    await dialling;
    expect(codes()).toEqual([code]);
    expect(now().errors[0]?.remedy).not.toBe("");
    expect(now().status).toBe("Disconnected");
    expect(devices.open).toEqual([]);
  };

  test.each([
    ["NotAllowedError", "microphone_denied"],
    ["NotFoundError", "microphone_missing"],
    ["NotReadableError", "microphone_in_use"],
    ["TypeError", "microphone_failed"],
  ])("the browser refuses the microphone with %s", async (name, code) => {
    devices.refusal = name;
    await failed(code, dial());
    expect(server.calls).toEqual([]);
  });

  test("the page is not secure", async () => {
    devices = new FakeDevices({ isSecure: false });
    await failed("insecure_origin", dial());
  });

  test("the browser cannot load the worklets", async () => {
    devices.isWorkletBroken = true;
    await failed("audio_failed", dial());
  });

  test("the server refuses, in its own words", async () => {
    server.refusal = [401, "token_expired"];
    await failed("token_expired", dial());
    expect(now().errors[0]?.message).toBe("The reason is token_expired.");
  });

  test("the server is full", async () => {
    server.refusal = [503, "too_many_calls"];
    await failed("too_many_calls", dial(tokens()));
  });

  test("nobody listens there", async () => {
    await failed("unreachable", call.connect("m1", "one", { serverUrl: "http://127.0.0.1:1" }));
  });

  test("the agent does not get ready in time", async () => {
    server.isReady = false;
    await failed("timeout", call.connect("m1", "one", { serverUrl: server.url, timeoutMs: 200 }));
  });

  test("the token does not come in time", async () => {
    const never = () => new Promise<string>(() => {});
    await failed("timeout", call.connect("m1", never, { serverUrl: server.url, timeoutMs: 100 }));
  });

  test("the token cannot be had", async () => {
    await failed(
      "token_unavailable",
      dial(async () => Promise.reject(new Error("no session"))),
    );
  });

  test("the server breaks down before the agent is ready", async () => {
    server.isReady = false;
    const dialling = dial();
    await soon(() => expect(server.calls).toHaveLength(1));
    server.last.close(1011);
    await failed("connection_lost", dialling);
  });

  test("the server is restarted before the agent is ready", async () => {
    server.isReady = false;
    const dialling = dial();
    await soon(() => expect(server.calls).toHaveLength(1));
    server.last.close(4003);
    await failed("drained", dialling);
  });
});

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
    await call.connect("m1", tokens(), { serverUrl: server.url, rejoinSecs: 0.3 });
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

describe("what is said", () => {
  test("is played, and dropped at once on an interruption", async () => {
    await dial();
    server.last.speak();
    server.last.tell("interruption");
    await soon(() => expect(devices.orders).toEqual(["audio", "flush"]));
  });

  test("arrives in the order in which it was sent, whatever its size", async () => {
    await dial();
    for (let i = 0; i < 30; i++) {
      server.last.speak(i % 2 ? 1 : 400);
      server.last.send("bot-llm-text", { text: `${i} ` });
    }
    await soon(() => expect(devices.orders).toHaveLength(30));
    const sizes = devices.node("turnwise-player").port.sent.map(({ samples }) => samples?.length);
    expect(sizes).toEqual(Array.from({ length: 30 }, (_, i) => (i % 2 ? 24 : 9_600)));
    const numbers = Array.from({ length: 30 }, (_, i) => `${i} `);
    expect(now().agentText).toBe(numbers.join(""));
  });

  const answer = () => now().transcript.find(({ speaker }) => speaker === "agent");

  test("is shown while the model writes it, as it is spoken, and as it was stored", async () => {
    await dial();
    const { last } = server;
    last.tell("agent-state", { state: "thinking" });
    last.send("bot-llm-started", {});
    last.send("bot-llm-text", { text: "It rains. " });
    last.send("bot-llm-text", { text: "Take a coat." });
    await soon(() => expect(now().agentText).toBe("It rains. Take a coat."));
    expect(answer()).toBeUndefined();
    last.tell("agent-state", { state: "speaking" });
    last.send("bot-tts-text", { text: "It rains." });
    await soon(() => expect(answer()).toMatchObject({ text: "It rains.", isLive: true }));
    last.tell("interruption");
    last.tell("agent-state", { state: "listening" });
    last.tell("transcript-chunk", { sequenceNumber: 2, speakerType: "agent", text: "It rains" });
    await soon(() => expect(answer()?.sequenceNumber).toBe(2));
    expect(now().transcript).toHaveLength(1);
    expect(answer()).toMatchObject({ text: "It rains", isLive: false });
    expect(now().agentText).toBe("");
  });

  describe("by a user whose words are written down during the answer", () => {
    const said = () => now().transcript.map(({ speaker, text }) => `${speaker}: ${text}`);
    const answered = async () => {
      await dial();
      server.last.tell("agent-state", { state: "listening" });
      server.last.tell("agent-state", { state: "thinking" });
      await soon(() => expect(said()).toEqual(["user: "]));
      server.last.tell("agent-state", { state: "speaking" });
      server.last.send("bot-tts-text", { text: "It rains." });
      await soon(() => expect(said()).toEqual(["user: ", "agent: It rains."]));
    };
    const words = (text: string) => server.last.send("user-transcription", { text, final: true });

    test("stands above it from the end of the turn on, and in the same line", async () => {
      await answered();
      const before = now().transcript.map(({ id }) => id);
      words("How is the weather?");
      await soon(() => expect(said()).toEqual(["user: How is the weather?", "agent: It rains."]));
      expect(now().transcript.map(({ id }) => id)).toEqual(before);
    });

    test("stands above it even if the answer was over by then", async () => {
      await answered();
      server.last.tell("agent-state", { state: "listening" });
      words("How is the weather?");
      await soon(() => expect(said()).toEqual(["user: How is the weather?", "agent: It rains."]));
    });

    test("is left out once the answer is stored without them", async () => {
      await answered();
      server.last.tell("transcript-chunk", { sequenceNumber: 1, speakerType: "agent", text: "It rains." });
      await soon(() => expect(said()).toEqual(["agent: It rains."]));
    });
  });

  test("by a user is a line for each turn, stored or not", async () => {
    await dial();
    for (const text of ["Hello.", "What is the time?"]) {
      server.last.send("user-transcription", { text, final: true });
      server.last.tell("agent-state", { state: "thinking" });
      server.last.tell("agent-state", { state: "listening" });
      await soon(() => expect(now().transcript.at(-1)).toMatchObject({ text, isLive: false }));
    }
    expect(now().transcript).toHaveLength(2);
  });

  test("by nobody leaves no line", async () => {
    await dial();
    server.last.tell("agent-state", { state: "thinking" });
    await soon(() => expect(now().transcript).toHaveLength(1));
    server.last.tell("agent-state", { state: "listening" });
    await soon(() => expect(now().transcript).toEqual([]));
  });

  describe("by an agent that only writes", () => {
    const writes = async (text: string) => {
      const { last } = server;
      last.tell("agent-state", { state: "thinking" });
      last.send("bot-llm-started", {});
      last.tell("agent-state", { state: "speaking" });
      last.send("bot-llm-text", { text });
      await soon(() => expect(now().agentText).toBe(text));
    };
    const listens = async () => {
      server.last.tell("agent-state", { state: "listening" });
      await soon(() => expect(now().agentState).toBe("listening"));
    };
    const answers = () => now().transcript.filter(({ speaker }) => speaker === "agent");
    const texts = () => answers().map(({ text, isLive }) => [text, isLive]);

    test("stays when it has finished, and the next answer is another one", async () => {
      await dial();
      await writes("It rains.");
      await listens();
      await writes("It still rains.");
      await listens();
      expect(texts()).toEqual([
        ["It rains.", false],
        ["It still rains.", false],
      ]);
      expect(now().agentText).toBe("");
    });

    test.each(["interruption", "recovering_error", "hang-up"])("stays as far as it got: %s", async (end) => {
      await dial();
      await writes("It ra");
      if (end === "interruption") server.last.tell("interruption");
      if (end === "recovering_error") {
        server.last.tell("agent-state", { state: "recovering_error" });
        server.last.send("bot-tts-started", {}); // the apology
      }
      if (end === "hang-up") await call.disconnect();
      else await listens();
      expect(texts()).toEqual([["It ra", false]]);
    });

    test.each(["before", "after"])(
      "is there once where it is stored, %s the end of the turn",
      async (when) => {
        const keep = (sequenceNumber: number, text: string) =>
          server.last.tell("transcript-chunk", { sequenceNumber, speakerType: "agent", text });
        await dial();
        await writes("It rains.");
        if (when === "before") keep(2, "It rains.");
        await listens();
        await writes("It still");
        if (when === "after") keep(2, "It rains.");
        await soon(() => expect(answers()[0]?.sequenceNumber).toBe(2));
        expect(texts()).toEqual([["It rains.", false]]);
        expect(now().agentText).toBe("It still");
      },
    );
  });

  test("but not spoken is not shown, where the agent has a voice", async () => {
    await dial();
    server.last.tell("agent-state", { state: "thinking" });
    server.last.send("bot-llm-text", { text: "It rains." });
    server.last.send("bot-tts-started", {});
    server.last.tell("agent-state", { state: "speaking" });
    server.last.tell("interruption");
    server.last.tell("agent-state", { state: "listening" });
    await soon(() => expect(now().agentState).toBe("listening"));
    expect(now().transcript).toEqual([]);
    expect(now().agentText).toBe("");
  });

  test("of the user grows with each interim result", async () => {
    await dial();
    const heard = (text: string, final: boolean) =>
      server.last.send("user-transcription", { text, final, timestamp: "", user_id: "" });
    heard("what is", false);
    await soon(() => expect(now().transcript[0]?.text).toBe("what is"));
    heard("What is the time?", true);
    await soon(() => expect(now().transcript.map(({ text }) => text)).toEqual(["What is the time?"]));
  });

  test("of a fault is told once, and the call goes on", async () => {
    await dial();
    const fault = { stage: "llm", code: "unavailable", message: "the model is not there; try again" };
    for (const fatal of [false, true]) {
      server.last.send("error", { message: fault.message, fatal });
      server.last.tell("agent-state", { state: "recovering_error" });
      server.last.tell("agent-error", fault);
    }
    server.last.tell("agent-state", { state: "listening" });
    await soon(() => expect(now().agentState).toBe("listening"));
    expect(codes()).toEqual(["unavailable"]);
    expect(now().errors[0]).toMatchObject({ stage: "llm", remedy: "Try again" });
    server.last.tell("agent-state", { state: "thinking" });
    await soon(() => expect(now().agentState).toBe("thinking"));
    expect(server.last.closeCode).toBeNull();
  });

  test("that nobody knows is let pass", async () => {
    await dial();
    server.last.raw(new Uint8Array([250, 1, 2, 3]));
    server.last.raw("text");
    server.last.tell("news-of-tomorrow", { x: 1 });
    server.last.send("llm-function-call-started", { function_name: "weather" });
    server.last.tell("agent-state", { state: "thinking" });
    await soon(() => expect(now().agentState).toBe("thinking"));
    expect(codes()).toEqual([]);
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
