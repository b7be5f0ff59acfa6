/** What a person is told when something goes wrong. */

import { describe, expect, test } from "vitest";
import {
  CallProblem,
  closedProblem,
  ended,
  endReason,
  fault,
  microphoneProblem,
  ownError,
  refused,
  toldOf,
  withError,
} from "../../src/client/errors.ts";
import { ENDS, OWN, REMEDIES } from "../../src/client/words.ts";

describe("every error says what is wrong and what to do", () => {
  const sentence = /^[A-Z].*\.$/;

  test.each(Object.entries(OWN))("%s", (_, [message, remedy]) => {
    expect(message).toMatch(sentence);
    expect(remedy).toMatch(sentence);
  });

  test.each(Object.entries(ENDS))("the end %s", (_, [message, remedy]) => {
    expect(message).toMatch(sentence);
    expect(remedy).toMatch(sentence);
  });

  test.each(Object.entries(REMEDIES))("the refusal %s", (_, remedy) => {
    expect(remedy).toMatch(sentence);
  });

  test("a refusal that nobody foresaw", () => {
    expect(refused("moon_phase", "The moon is full.")).toEqual({
      code: "moon_phase",
      message: "The moon is full.",
      remedy: "Try again, or tell whoever runs the server.",
    });
  });

  test("a fault of the agent, whose sentence holds both", () => {
    expect(
      fault("tts", "unauthorised", "tts: the key was refused; check OPENAI_API_KEY; then try again"),
    ).toEqual({
      code: "unauthorised",
      stage: "tts",
      message: "tts: the key was refused.",
      remedy: "Check OPENAI_API_KEY; then try again",
    });
  });

  test("something that was never meant to happen", () => {
    expect(toldOf(new TypeError("x is undefined"))).toEqual(ownError("page_failed"));
  });
});

test("the microphone's errors are told apart", () => {
  const code = (name: string) => microphoneProblem(new DOMException("", name)).told.code;
  expect(["NotAllowedError", "NotFoundError", "NotReadableError", "Strange"].map(code)).toEqual([
    "microphone_denied",
    "microphone_missing",
    "microphone_in_use",
    "microphone_failed",
  ]);
});

describe("the server's close codes", () => {
  test("stand for its reasons", () => {
    const reasons = [4001, 4002, 4003, 4004, 4005, 4006].map(endReason);
    expect(reasons).toEqual(["idle", "limit", "drained", "ended", "too_slow", "rate"]);
  });

  test.each([1000, 1001, 1006, 1011, 1012, 4000, 4007])("%i is a lost connection", (code) => {
    expect(endReason(code)).toBeNull();
    expect(closedProblem(code)).toMatchObject({ told: { code: "connection_lost" }, mayPass: true });
  });

  test("an end by the server is final, and an expected one needs no word", () => {
    expect(closedProblem(4003)).toMatchObject({ told: { code: "drained" }, mayPass: false });
    expect(ended("ended")).toBeNull();
  });
});

test("an error that comes again is told once, as the newest", () => {
  const [one, other] = [ownError("timeout"), ownError("unreachable")];
  expect(withError(withError(withError([], one), other), one)).toEqual([other, one]);
});

test("a problem that was thrown keeps its words", () => {
  expect(toldOf(new CallProblem(ownError("timeout"), true)).code).toBe("timeout");
});
