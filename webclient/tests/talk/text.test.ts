/** What the demo makes of a call: its text, its address, its words. */

import { describe, expect, it } from "vitest";
import { ENDS, OWN } from "../../src/client/words.ts";
import { isTalkToText } from "../../src/talk/route.ts";
import { lastAnswer, textOf, withTalk } from "../../src/talk/text.ts";
import { reworded } from "../../src/talk/words.ts";

let count = 0;
const turn = (speaker: "user" | "agent", text: string, isLive = false) => {
  count += 1;
  return { id: `u${count}`, speaker, text, isLive, sequenceNumber: null };
};

describe("the text", () => {
  it("is the model's, an empty line between answers, up to the word that it is writing", () => {
    const transcript = [turn("user", "Hello."), turn("agent", "Hi."), turn("user", "Does it rain?")];
    expect(textOf({ transcript, agentText: "It ra" })).toBe("Hi.\n\nIt ra");
  });

  it("shows what is written though nobody knows yet what was asked", () => {
    expect(textOf({ transcript: [turn("agent", "Hi.")], agentText: "It" })).toBe("Hi.\n\nIt");
  });

  it("has what is spoken and what is written ahead of it once", () => {
    const transcript = [turn("agent", "It rains.", true)];
    expect(textOf({ transcript, agentText: "It rains. Take a" })).toBe("It rains. Take a");
  });

  it("only grows while an answer comes, so that nothing that is read moves", () => {
    let before = "";
    for (const agentText of ["", "It", "It ", "It rains", "It rains.\n", "It rains.\n- a"]) {
      const text = textOf({ transcript: [], agentText });
      expect(text.startsWith(before)).toBe(true);
      before = text;
    }
  });

  it("of a second talk comes after a gap", () => {
    expect(["", "Hi."].map((talk) => withTalk("It rains.", talk))).toEqual([
      "It rains.",
      "It rains.\n\n\nHi.",
    ]);
    expect(withTalk("", "Hi.")).toBe("Hi.");
  });
});

describe("what is read out", () => {
  it("is an answer that is complete, never half of one", () => {
    expect(lastAnswer({ transcript: [turn("agent", "It ra", true)] })).toBeNull();
    const transcript = [turn("agent", "Hi."), turn("user", "Hm."), turn("agent", "It ra", true)];
    expect(lastAnswer({ transcript })?.text).toBe("Hi.");
  });
});

describe("the address of the demo", () => {
  it("is the same below a prefix, and no other", () => {
    expect(["/talk-to-text", "/voice/talk-to-text"].map(isTalkToText)).toEqual([true, true]);
    expect(["/", "/voice/", "/index.html", "/not-talk-to-text"].map(isTalkToText)).not.toContain(true);
  });
});

describe("an error", () => {
  it("names what to add where the demo's agent is missing, and stays as it is otherwise", () => {
    const told = (code: string) => reworded({ code, message: "It is so.", remedy: "Do so." });
    expect(told("agent_unknown").remedy).toContain("[agents.talk-to-text]");
    expect(told("meetings_are_external").remedy).not.toContain("link");
    expect(told("too_many_calls").remedy).toBe("Do so.");
  });

  it("of the client itself speaks of no picker, link or button that the demo does not have", () => {
    for (const [code, [message, remedy]] of Object.entries({ ...OWN, ...ENDS })) {
      const told = reworded({ code, message, remedy });
      expect(`${code}: ${told.message} ${told.remedy}`).not.toMatch(/\b(choose|link|connect again)\b/i);
    }
  });
});
