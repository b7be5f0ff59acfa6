/** A call over WebRTC comes about, and is hung up, at whatever moment. */

import { describe, expect, test, vi } from "vitest";
import {
  call,
  codes,
  consoleLines,
  devices,
  dial,
  eachTestHasACall,
  holdTime,
  nothingIsLeft,
  now,
  peers,
  server,
  soon,
} from "../setUp.ts";

eachTestHasACall("webrtc");

describe("connecting", () => {
  test("asks for the ICE servers, then offers the microphone, each with the token in its header alone", async () => {
    await dial("secret");
    expect(now().status).toBe("Connected");
    expect(server.offers.map(({ method, url }) => `${method} ${url}`)).toEqual([
      "GET /api/webrtc/offer?meetingId=m1",
      "POST /api/webrtc/offer",
    ]);
    expect(server.offers.map(({ authorization }) => authorization)).toEqual([
      "Bearer secret",
      "Bearer secret",
    ]);
    expect(server.offers[1]?.body).toEqual({
      sdp: "our sdp",
      type: "offer",
      requestData: { meetingId: "m1" },
    });
    expect(peers.last.iceServers).toEqual(server.iceServers);
    expect(peers.last.track).toBe(devices.tracks[0]);
    expect(peers.last.answer).toBe("their sdp");
    expect(server.calls).toEqual([]);
  });

  test("waits for candidates, so that one offer is enough", async () => {
    peers.isGathering = false;
    const dialling = dial();
    await soon(() => expect(peers.all).toHaveLength(1));
    peers.last.found({ candidate: "found", protocol: "udp" });
    peers.last.gathered();
    await dialling;
    expect(server.offers[1]?.body?.sdp).toBe("our sdp found");
    expect(server.offers).toHaveLength(2);
    expect(now().status).toBe("Connected");
  });

  test("does not wait for long; what is found later is told one by one", async () => {
    holdTime();
    peers.isGathering = false;
    const dialling = dial();
    await soon(() => expect(peers.all).toHaveLength(1));
    await vi.advanceTimersByTimeAsync(2_000);
    await dialling;
    peers.last.found({ candidate: "a", protocol: "tcp", sdpMid: "0", sdpMLineIndex: 0 });
    peers.last.found({ candidate: "late", protocol: "udp", sdpMid: "0", sdpMLineIndex: 0 });
    peers.last.onicecandidate?.({ candidate: null });
    await soon(() => expect(server.offers).toHaveLength(3));
    const candidates = [{ candidate: "late", sdp_mid: "0", sdp_mline_index: 0 }];
    expect(server.offers[2]).toMatchObject({ method: "PATCH", body: { pc_id: "peer-1", candidates } });
  });

  test("below a prefix", async () => {
    await dial("one", { serverUrl: `${server.url}/voice/` });
    expect(server.offers.every(({ url }) => url.startsWith("/voice/api/webrtc/offer"))).toBe(true);
  });

  test("the token is in no line of the console", async () => {
    const lines = consoleLines();
    await dial("secret-token");
    expect(lines()).not.toContain("secret-token");
  });
});

describe("hanging up", () => {
  test("is told to the server before the peer is closed, and leaves nothing", async () => {
    peers.hangsUp = false;
    await dial();
    const hangingUp = call.disconnect();
    expect(now().status).toBe("Disconnected");
    expect(peers.last.channel.types.at(-1)).toBe("disconnect-bot");
    expect(peers.last.connectionState).toBe("connected");
    peers.last.channel.closed();
    await hangingUp;
    nothingIsLeft();
  });

  test("does not wait for a server that says nothing", async () => {
    peers.hangsUp = false;
    await dial();
    holdTime();
    const hangingUp = call.disconnect();
    await vi.advanceTimersByTimeAsync(300);
    await hangingUp;
    nothingIsLeft();
  });

  test("is also what closing the page is", async () => {
    await dial();
    dispatchEvent(new Event("pagehide"));
    expect(peers.last.channel.types.at(-1)).toBe("disconnect-bot");
  });

  test.each([
    [
      "the server is asked for its ICE servers",
      () => (server.isAnswering = false),
      () => server.waiting.length,
    ],
    ["candidates are gathered", () => (peers.isGathering = false), () => peers.all.length],
    ["no network is found", () => (peers.isReachable = false), () => (peers.last.answer ? 1 : 0)],
    ["the agent gets ready", () => (peers.isReady = false), () => peers.last.channel.sent.length],
  ])("while %s leaves nothing", async (_, hold, isThere) => {
    hold();
    const dialling = dial();
    await soon(() => expect(isThere()).toBeGreaterThan(0));
    await call.disconnect();
    await dialling;
    await soon(nothingIsLeft);
    expect(codes()).toEqual([]);
  });
});
