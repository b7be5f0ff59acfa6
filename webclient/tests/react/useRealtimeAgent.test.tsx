// @vitest-environment happy-dom
/** The hook in a React application, as a team would use it. */

import { act } from "react";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type RealtimeAgent, useRealtimeAgent } from "../../src/react/useRealtimeAgent.ts";
import { FakeDevices } from "../fakes/devices.ts";
import { FakeServer } from "../fakes/server.ts";
import { eachTestHasARoot, show, soon } from "./setUp.ts";

let server: FakeServer;
let devices: FakeDevices;
let agent: RealtimeAgent;

function Panel() {
  agent = useRealtimeAgent();
  return (
    <p>
      {agent.status} {agent.agentText} {agent.errors.map(({ code }) => code)}
    </p>
  );
}

const shown = () => document.querySelector("p")?.textContent?.trim();
const dial = () => act(() => agent.connect("m1", "one", { serverUrl: server.url }));

beforeEach(async () => {
  devices = new FakeDevices({ page: document });
  server = await FakeServer.start();
});

afterEach(() => server.stop());
// Last, so that it goes away first, and hangs up on a server that is there.
eachTestHasARoot();

test("it is Disconnected, asks for no microphone and calls nobody until connect", async () => {
  await show(<Panel />);
  expect(shown()).toBe("Disconnected");
  expect(devices.contexts).toEqual([]);
  expect(server.calls).toEqual([]);
});

test("it shows a call as it goes, also where React mounts everything twice", async () => {
  await show(<Panel />);
  await dial();
  expect(shown()).toBe("Connected");
  server.last.send("bot-llm-text", { text: "It rains." });
  await soon(() => expect(shown()).toBe("Connected It rains."));
  await act(() => agent.disconnect());
  expect(shown()).toBe("Disconnected");
});

test("its functions never change, so they may stand in an effect's dependencies", async () => {
  await show(<Panel />);
  const { connect, disconnect, mute, chooseMicrophone, dismissErrors, levels } = agent;
  await act(async () => agent.mute(true));
  expect(agent.isMuted).toBe(true);
  expect(agent).toMatchObject({ connect, disconnect, mute, chooseMicrophone, dismissErrors, levels });
});

test("what goes wrong is shown until it is dismissed", async () => {
  devices.refusal = "NotAllowedError";
  await show(<Panel />);
  await dial();
  expect(shown()).toBe("Disconnected  microphone_denied");
  await act(async () => agent.dismissErrors());
  expect(shown()).toBe("Disconnected");
});

test("a component that goes away hangs up", async () => {
  await show(<Panel />);
  await dial();
  expect(devices.open).toHaveLength(3);
  await show(null);
  await soon(() => expect(devices.open).toEqual([]));
  await soon(() => expect(server.last.closeCode).toBe(1000));
});

test("levels are those of this moment", async () => {
  await show(<Panel />);
  expect(agent.levels()).toEqual({ input: 0, output: 0 });
  await dial();
  devices.speak(16_384);
  devices.node("turnwise-player").port.bring({ isPlaying: true, level: 0.25, underruns: 0, atSecs: 1 });
  expect(agent.levels()).toEqual({ input: 0.5, output: 0.25 });
});
