/** A call over WebRTC that cannot come about. */

import { describe, expect, test, vi } from "vitest";
import { dial, eachTestHasACall, failed, holdTime, now, peers, server, soon } from "../setUp.ts";

eachTestHasACall("webrtc");

describe("a call that cannot come about is told once", () => {
  test("before anything is offered", async () => {
    server.refusal = [401, "token_used"];
    await failed("token_used", dial());
    expect(now().errors[0]?.message).toBe("The reason is token_used.");
    expect(peers.all).toEqual([]);
  });

  test("when the offer is refused", async () => {
    server.offerRefusal = [503, "too_many_calls"];
    await failed("too_many_calls", dial());
  });

  test("where nobody listens", async () => {
    await failed("unreachable", dial("one", { serverUrl: "http://127.0.0.1:1" }));
  });

  test("where the network lets nothing through", async () => {
    peers.isReachable = false;
    const dialling = dial();
    await soon(() => expect(peers.last.answer).not.toBe(""));
    peers.last.become("failed");
    await failed("webrtc_blocked", dialling);
  });

  test("where nothing happens at all", async () => {
    holdTime();
    peers.isReachable = false;
    const dialling = dial();
    await soon(() => expect(peers.last.answer).not.toBe(""));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(now().status).toBe("Connecting");
    await vi.advanceTimersByTimeAsync(1_000);
    await failed("webrtc_blocked", dialling);
  });

  test("when the agent does not get ready in time", async () => {
    peers.isReady = false;
    await failed("timeout", dial("one", { timeoutMs: 200 }));
  });

  test("in a browser without WebRTC", async () => {
    vi.stubGlobal("RTCPeerConnection", undefined);
    await failed("webrtc_missing", dial());
    expect(server.offers).toEqual([]);
  });
});
