/** The conversation as it is shown, ahead of the voice. */

import { describe, expect, it } from "vitest";
import type { Utterance } from "../../src/client/types.ts";
import { unspoken } from "../../src/page/ahead.ts";
import { withAhead } from "../../src/page/Conversation.tsx";

const said = (id: string, speaker: "user" | "agent", text: string, isLive = false): Utterance => ({
  id,
  speaker,
  text,
  isLive,
  sequenceNumber: isLive ? null : 1,
});

describe("what the agent has written and not yet said", () => {
  it("is all of it before the first sentence is spoken", () => {
    expect(unspoken("Good morning. How are you?", "")).toBe("Good morning. How are you?");
  });

  it("is what follows the spoken words, however they are spaced", () => {
    expect(unspoken("Good  morning.\nHow are you?", "Good morning.")).toBe("How are you?");
    expect(unspoken("Ça va ? Très bien 🙂 merci.", "Ça va? Très bien 🙂")).toBe("merci.");
  });

  it("is nothing once all is spoken, or where the voice says other words than were written", () => {
    expect(unspoken("Good morning.", "Good morning.")).toBe("");
    expect(unspoken("Good morning.", "I am sorry, something went wrong.")).toBe("");
    expect(unspoken("Good", "Good morning.")).toBe("");
  });
});

describe("the conversation", () => {
  it("shows an answer while it is written, before its voice begins", () => {
    const lines = withAhead([said("u1", "user", "Hello?")], "Good morning.");
    expect(lines.map(({ speaker, text, ahead }) => [speaker, text, ahead])).toEqual([
      ["user", "Hello?", ""],
      ["agent", "", "Good morning."],
    ]);
  });

  it("keeps the same line when the voice catches up", () => {
    const [, before] = withAhead([said("u1", "user", "Hello?")], "Good morning. How are you?");
    const talk = [said("u1", "user", "Hello?"), said("u2", "agent", "Good morning.", true)];
    const [, after] = withAhead(talk, "Good morning. How are you?");
    expect(after?.id).toBe(before?.id);
    expect(after?.ahead).toBe("How are you?");
  });

  it("shows no more than was said once the turn is stored: the rest was never spoken", () => {
    const talk = [said("u1", "user", "Hello?"), said("u2", "agent", "Good morning.")];
    expect(withAhead(talk, "Good morning. How are you?").map(({ ahead }) => ahead)).toEqual(["", ""]);
  });
});
