/** What both sides say, as it is played and shown. */

import { describe, expect, test } from "vitest";
import { codes, devices, dial, eachTestHasACall, now, server, soon } from "../setUp.ts";

eachTestHasACall();

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
