/** A call over WebRTC: what is different about it, from Connect to the last thing that is closed. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { AgentCall } from "../../src/client/call.ts";
import type { CallSnapshot } from "../../src/client/types.ts";
import { FakeDevices } from "../fakes/devices.ts";
import { FakePeers } from "../fakes/peers.ts";
import { FakeServer } from "../fakes/server.ts";

let server: FakeServer;
let devices: FakeDevices;
let peers: FakePeers;
let call: AgentCall;

beforeEach(async () => {
  devices = new FakeDevices();
  peers = new FakePeers();
  server = await FakeServer.start();
  call = new AgentCall();
});

afterEach(async () => {
  await call.disconnect();
  await server.stop();
  vi.useRealTimers();
});

const now = (): CallSnapshot => call.store.getState();
const codes = () => now().errors.map(({ code }) => code);
const soon = (check: () => void) => vi.waitFor(check, { timeout: 15_000, interval: 10 });
const dial = (token: string | (() => Promise<string>) = "one", options = {}) =>
  call.connect("m1", token, { serverUrl: server.url, transport: "webrtc", ...options });

function tokens() {
  let count = 0;
  return vi.fn(async () => `token-${++count}`);
}

function nothingIsLeft() {
  expect(devices.open).toEqual([]);
  expect(peers.open).toEqual([]);
  expect(peers.played.filter(({ srcObject }) => srcObject !== null)).toEqual([]);
}

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
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.offers).toHaveLength(1);
    peers.last.gathered();
    await dialling;
    expect(now().status).toBe("Connected");
  });

  test("does not wait for long; what is found later is told one by one", async () => {
    peers.isGathering = false;
    await dial();
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
    const lines = vi.fn();
    for (const level of ["debug", "log", "info", "warn", "error"] as const) {
      vi.spyOn(console, level).mockImplementation(lines);
    }
    await dial("secret-token");
    expect(JSON.stringify(lines.mock.calls)).not.toContain("secret-token");
  });
});

describe("hanging up", () => {
  test("is told to the server before the peer is closed, and leaves nothing", async () => {
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
    await dial();
    await call.disconnect();
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

describe("a call that cannot come about is told once", () => {
  const failed = async (code: string, dialling: Promise<void>) => {
    await dialling;
    expect(codes()).toEqual([code]);
    expect(now().errors[0]?.remedy).not.toBe("");
    expect(now().status).toBe("Disconnected");
    await soon(nothingIsLeft);
  };

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
    peers.isReachable = false;
    await failed("webrtc_blocked", dial());
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
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    await dial("one");
    await vi.advanceTimersByTimeAsync(6_000);
    await soon(() => expect(codes()).toEqual(["connection_lost"]));
    expect(peers.all[0]?.channel.sent.filter((text) => text.startsWith("ping"))).not.toHaveLength(0);
    await soon(nothingIsLeft);
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

describe("the call itself", () => {
  test("shows states and text as over a WebSocket, and lets pass what nobody knows", async () => {
    await dial();
    const { channel } = peers.last;
    channel.bring("no JSON");
    channel.bring({ type: "signalling", message: { type: "renegotiate" } });
    channel.tell("agent-state", { state: "speaking" });
    channel.bring({ label: "rtvi-ai", type: "bot-llm-text", data: { text: "It rains." } });
    expect(now().agentState).toBe("speaking");
    expect(now().agentText).toBe("It rains.");
    expect(codes()).toEqual([]);
  });

  test("plays the agent's track and no other", async () => {
    await dial(tokens());
    expect(peers.played).toHaveLength(1);
    expect(peers.played[0]?.srcObject).not.toBeNull();
    peers.last.channel.closed();
    await soon(() => expect(peers.played).toHaveLength(2));
    expect(peers.played[0]?.srcObject).toBeNull();
  });

  test("lets another microphone be heard, muted if this one was", async () => {
    await dial();
    call.mute(true);
    await call.chooseMicrophone("headset");
    expect(peers.last.track).toBe(devices.tracks[1]);
    expect(devices.tracks[1]?.enabled).toBe(false);
  });

  test("times a turn with what the track brought", async () => {
    await dial();
    const { channel } = peers.last;
    const report = (isPlaying: boolean) =>
      devices.node("turnwise-player").port.bring({ isPlaying, level: 0.1, underruns: 0, atSecs: 1 });
    channel.tell("agent-state", { state: "listening" });
    devices.speak();
    channel.tell("agent-state", { state: "thinking" });
    report(true);
    const ms = { endpointing: 0, stt: 0, llm: 0, tts: 0, total: 0 };
    channel.tell("turn-metrics", { turn: 1, ms });
    expect(now().turnMetrics[0]?.playback).toBeGreaterThan(0);
  });
});
