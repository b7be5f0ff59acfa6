/** A call that cannot come about. */

import { describe, expect, test } from "vitest";
import { call, devices, dial, eachTestHasACall, failed, now, server, soon, tokens } from "../setUp.ts";

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
