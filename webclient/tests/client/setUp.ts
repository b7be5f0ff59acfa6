/** A call for each test, with the server and the devices that it meets, and what is asked of every call. */

import { afterEach, beforeEach, expect, vi } from "vitest";
import { AgentCall } from "../../src/client/call.ts";
import type { CallSnapshot, ConnectOptions, GetToken, Transport } from "../../src/client/types.ts";
import { FakeDevices } from "../fakes/devices.ts";
import { FakePeers } from "../fakes/peers.ts";
import { FakeServer } from "../fakes/server.ts";

/** Those of the present test. */
export let server: FakeServer;
export let devices: FakeDevices;
export let peers: FakePeers;
export let call: AgentCall;
let transport: Transport;

/** Makes them for every test of this file; `dial` calls over this transport. */
export function eachTestHasACall(over: Transport = "websocket"): void {
  beforeEach(async () => {
    transport = over;
    devices = new FakeDevices();
    peers = new FakePeers();
    server = await FakeServer.start();
    call = new AgentCall();
  });

  afterEach(async () => {
    vi.useRealTimers();
    await call.disconnect();
    await server.stop();
  });
}

export const now = (): CallSnapshot => call.store.getState();
export const codes = () => now().errors.map(({ code }) => code);
/** Waits until it is so; time that is faked goes on meanwhile. */
export const soon = (check: () => void) => vi.waitFor(check, { timeout: 15_000, interval: 10 });

export const dial = (token: string | GetToken = "one", options: ConnectOptions = {}) =>
  call.connect("m1", token, { serverUrl: server.url, transport, ...options });

/** Gets tokens, numbered by how often one was asked for. */
export function tokens() {
  let count = 0;
  return vi.fn(async () => `token-${++count}`);
}

/** Lets timers wait for the test from now on; sockets go on as they are. */
export const holdTime = () =>
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });

/** All that is written to the console from now on. */
export function consoleLines() {
  const lines = vi.fn();
  for (const level of ["debug", "log", "info", "warn", "error"] as const) {
    vi.spyOn(console, level).mockImplementation(lines);
  }
  return () => JSON.stringify(lines.mock.calls);
}

export function nothingIsLeft(): void {
  expect(devices.open).toEqual([]);
  expect(peers.open).toEqual([]);
  expect(peers.played.filter(({ srcObject }) => srcObject !== null)).toEqual([]);
}

/** The call did not come about: that is told once, with what to do, and nothing stays open. */
export async function failed(code: string, dialling: Promise<void>): Promise<void> {
  await dialling;
  expect(codes()).toEqual([code]);
  expect(now().errors[0]?.remedy).not.toBe("");
  expect(now().status).toBe("Disconnected");
  expect(devices.open).toEqual([]);
  await soon(nothingIsLeft);
}
