/** A call that cannot come about. */

import { describe, expect, test } from "vitest";
import { devices, dial, eachTestHasACall, failed, now, server, soon, tokens } from "../setUp.ts";

eachTestHasACall();

describe("a call that cannot come about is told once, and the microphone is closed", () => {
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
    devices.isSecure = false;
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
    await failed("unreachable", dial("one", { serverUrl: "http://127.0.0.1:1" }));
  });

  test("the agent does not get ready in time", async () => {
    server.isReady = false;
    await failed("timeout", dial("one", { timeoutMs: 200 }));
  });

  test("the token does not come in time", async () => {
    const never = () => new Promise<string>(() => {});
    await failed("timeout", dial(never, { timeoutMs: 100 }));
  });

  test("the token cannot be had", async () => {
    await failed(
      "token_unavailable",
      dial(async () => Promise.reject(new Error("no session"))),
    );
  });

  test.each([
    ["breaks down", 1011, "connection_lost"],
    ["is restarted", 4003, "drained"],
  ])("the server %s before the agent is ready", async (_, closeCode, code) => {
    server.isReady = false;
    const dialling = dial();
    await soon(() => expect(server.calls).toHaveLength(1));
    server.last.close(closeCode);
    await failed(code, dialling);
  });
});
