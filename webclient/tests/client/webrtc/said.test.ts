/** What is different about a call that goes over WebRTC. */

import { describe, expect, test } from "vitest";
import { call, codes, devices, dial, eachTestHasACall, now, peers, soon, tokens } from "../setUp.ts";

eachTestHasACall("webrtc");

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
