/** How long an offer waits for candidates. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Peer } from "../../src/client/webrtc/peer.ts";
import { FakePeers } from "../fakes/peers.ts";

let peers: FakePeers;
const hung = new AbortController();
const candidate = { candidate: "host", protocol: "udp" };

beforeEach(() => {
  vi.useFakeTimers();
  peers = new FakePeers();
  peers.isGathering = false;
});

afterEach(() => void vi.useRealTimers());

/** An offer, and whether it is there after so many milliseconds. */
function offered(iceServers: RTCIceServer[], signal = hung.signal) {
  const done = vi.fn();
  const offer = new Peer(iceServers, undefined).offer(signal);
  offer.then(done, done);
  return async (ms: number) => {
    await vi.advanceTimersByTimeAsync(ms);
    return done.mock.calls.length === 1;
  };
}

test("without servers to ask it is there with the first candidates, whatever else is looked for", async () => {
  const isThere = offered([]);
  expect(await isThere(500)).toBe(false);
  peers.last.found(candidate);
  expect(await isThere(20)).toBe(true);
});

test("with servers it waits for what they say, until all is found", async () => {
  const isThere = offered([{ urls: "stun:stun.example.org" }]);
  peers.last.found(candidate);
  expect(await isThere(500)).toBe(false);
  peers.last.gathered();
  expect(await isThere(0)).toBe(true);
});

test("it waits for two seconds and no longer", async () => {
  const isThere = offered([{ urls: "stun:stun.example.org" }]);
  expect(await isThere(1_999)).toBe(false);
  expect(await isThere(1)).toBe(true);
});

test("it is given up with the call", async () => {
  const call = new AbortController();
  const isThere = offered([], call.signal);
  expect(await isThere(10)).toBe(false);
  call.abort(new Error("hung up"));
  expect(await isThere(0)).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

test("of what is found later, only what the server can use is told", async () => {
  const peer = new Peer([], undefined);
  peer.onCandidate = vi.fn();
  peers.last.found({ candidate: "a", protocol: "tcp" });
  peers.last.found({ candidate: "" });
  peers.last.found(candidate);
  expect(peer.onCandidate).toHaveBeenCalledExactlyOnceWith(candidate);
});
