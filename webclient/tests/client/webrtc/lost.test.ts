/** A peer connection that breaks, or that the server ends. */

import { describe, expect, test, vi } from "vitest";
import {
  codes,
  devices,
  dial,
  eachTestHasACall,
  holdTime,
  nothingIsLeft,
  now,
  peers,
  server,
  soon,
  tokens,
} from "../setUp.ts";

eachTestHasACall("webrtc");

describe("a lost connection", () => {
  test.each([
    ["the server closes the channel", () => peers.last.channel.closed()],
    ["no candidate answers any more", () => peers.last.become("failed")],
  ])("comes back when %s, with a fresh token", async (_, lose) => {
    const getToken = tokens();
    await dial(getToken);
    lose();
    await soon(() => expect(now().status).toBe("Connecting"));
    await soon(() => expect(now().status).toBe("Connected"));
    expect(server.offers.at(-1)?.authorization).toBe("Bearer token-2");
    await soon(() => expect(peers.open).toHaveLength(1));
    expect(peers.all[0]?.channel.types).not.toContain("disconnect-bot");
    expect(devices.tracks).toHaveLength(1);
    expect(codes()).toEqual([]);
  });

  test("waits through a moment without a connection", async () => {
    await dial(tokens());
    peers.last.become("disconnected");
    peers.last.become("connected");
    expect(now().status).toBe("Connected");
    expect(peers.all).toHaveLength(1);
  });

  test("is noticed although nobody tells: pings go unanswered", async () => {
    holdTime();
    await dial("one");
    await vi.advanceTimersByTimeAsync(6_000);
    await soon(() => expect(codes()).toEqual(["connection_lost"]));
    expect(peers.all[0]?.channel.sent.filter((text) => text.startsWith("ping"))).not.toHaveLength(0);
    await soon(nothingIsLeft);
  });

  test("is told to a server that may still hear: we come back, and have not hung up", async () => {
    holdTime();
    await dial(tokens());
    await vi.advanceTimersByTimeAsync(6_000);
    const said = peers.all[0]?.channel.sent.filter((text) => text.startsWith("{")) ?? [];
    expect(JSON.parse(said.at(-1) ?? "")).toMatchObject({
      label: "rtvi-ai",
      type: "client-message",
      data: { t: "back-soon" },
    });
    expect(peers.all[0]?.channel.types).not.toContain("disconnect-bot");
  });

  test("is none where the server ends the call", async () => {
    const getToken = tokens();
    await dial(getToken);
    peers.last.channel.tell("call-ended", { reason: "idle" });
    peers.last.channel.closed();
    await soon(() => expect(now().status).toBe("Disconnected"));
    expect(now().endReason).toBe("idle");
    expect(getToken).toHaveBeenCalledTimes(1);
    await soon(nothingIsLeft);
  });
});
