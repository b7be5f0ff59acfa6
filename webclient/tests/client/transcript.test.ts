/** The conversation on the page, as it is said and as it is stored. */

import { describe, expect, test } from "vitest";
import {
  agentSaid,
  type Conversation,
  finished,
  spokenBefore,
  stored,
  userSaid,
  userTurnBegins,
  userTurnEnded,
} from "../../src/client/transcript.ts";

const lines = (conversation: Conversation) => conversation.map(({ speaker, text }) => `${speaker}: ${text}`);
const chunk = (sequenceNumber: number, speakerType: "user" | "agent", text: string) => ({
  sequenceNumber,
  speakerType,
  text,
});

describe("what the user says", () => {
  test("is corrected by each interim result", () => {
    let said = userSaid([], "recognise", false);
    said = userSaid(said, "wreck a nice", false);
    expect(lines(said)).toEqual(["user: wreck a nice"]);
    expect(said[0]?.isLive).toBe(true);
  });

  test("is added up from final results, with what is still open behind them", () => {
    let said = userSaid([], "Good morning.", true);
    said = userSaid(said, "how", false);
    said = userSaid(said, "how are", false);
    expect(lines(said)).toEqual(["user: Good morning. how are"]);
    expect(lines(userSaid(said, "How are you?", true))).toEqual(["user: Good morning. How are you?"]);
  });
});

describe("what was stored", () => {
  test("takes the place of what was live, in its place and with its id", () => {
    const live = agentSaid(userSaid([], "hello", true), "Hi");
    const kept = stored(live, chunk(1, "user", "Hello."));
    expect(lines(kept)).toEqual(["user: Hello.", "agent: Hi"]);
    expect(kept[0]).toMatchObject({ id: live[0]?.id, isLive: false, sequenceNumber: 1 });
  });

  test("is told twice and shown once", () => {
    const kept = stored([], chunk(1, "agent", "Hi."));
    expect(stored(kept, chunk(1, "agent", "Hi."))).toBe(kept);
  });

  test("may come after its speaker has finished, and after the other one has begun", () => {
    let said: Conversation = agentSaid([], "It rains and");
    said = finished(said, "agent");
    said = userSaid(said, "stop", false);
    said = stored(said, chunk(2, "agent", "It rains"));
    expect(lines(said)).toEqual(["agent: It rains", "user: stop"]);
  });

  test("stands for itself where nothing was said live", () => {
    const said = stored(stored([], chunk(1, "user", "Hello.")), chunk(2, "user", "Are you there?"));
    expect(lines(said)).toEqual(["user: Hello.", "user: Are you there?"]);
    expect(new Set(said.map(({ id }) => id)).size).toBe(2);
  });
});

test("whoever speaks after having finished begins a new utterance", () => {
  const said = agentSaid(finished(agentSaid([], "One."), "agent"), "Two.");
  expect(lines(said)).toEqual(["agent: One.", "agent: Two."]);
  expect(said.map(({ isLive }) => isLive)).toEqual([false, true]);
});

test("nobody who has said nothing can finish", () => {
  const nothing: Conversation = [];
  expect(finished(nothing, "user")).toBe(nothing);
});

test("a second part of an answer goes on where the first was spoken", () => {
  const said = agentSaid([], "Let me look.");
  expect(spokenBefore(said)).toBe("Let me look. ");
  expect(spokenBefore(finished(said, "agent"))).toBe("");
});

describe("a turn of the user whose words are still to come", () => {
  test("is not opened where its words are there", () => {
    const said = userSaid([], "Hello", false);
    expect(userTurnEnded(said)).toEqual(said);
  });

  test("gets them above its answer", () => {
    let said = agentSaid(userTurnEnded([]), "It ra");
    said = userTurnEnded(said);
    said = userSaid(said, "How is the weather?", true);
    expect(lines(said)).toEqual(["user: How is the weather?", "agent: It ra"]);
  });

  test("goes where it was answered, and the next turn is over", () => {
    const answered = finished(agentSaid(userTurnEnded([]), "Pardon?"), "agent");
    expect(lines(userTurnEnded(userTurnBegins(answered)))).toEqual(["agent: Pardon?", "user: "]);
  });

  test("goes where the connection does", () => {
    expect(finished(userTurnEnded([]), "user")).toEqual([]);
  });

  test("leaves no id twice when it goes", () => {
    const kept = stored(agentSaid(userTurnEnded([]), "Hi."), chunk(1, "agent", "Hi."));
    const ids = userSaid(kept, "Hello", false).map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
  });
});

test("a turn that is stored late takes the place of its own words", () => {
  let said = userTurnBegins(userSaid([], "Hello.", true));
  said = userSaid(said, "Are you there?", true);
  said = stored(said, chunk(1, "user", "Hello."));
  expect(said.map(({ sequenceNumber }) => sequenceNumber)).toEqual([1, null]);
});
