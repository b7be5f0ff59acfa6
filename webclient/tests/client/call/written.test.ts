/** The answers of an agent that only writes. */

import { describe, expect, test } from "vitest";
import { call, dial, eachTestHasACall, now, server, soon } from "../setUp.ts";

eachTestHasACall();

describe("what is said", () => {
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
});
