/** A call comes about, and is hung up, at whatever moment. */

import { describe, expect, test, vi } from "vitest";
import {
  call,
  codes,
  consoleLines,
  devices,
  dial,
  eachTestHasACall,
  now,
  server,
  soon,
  tokens,
} from "../setUp.ts";

eachTestHasACall();

describe("connecting", () => {
  test("a call that was answered is Connected, and its meeting and token were in the address", async () => {
    const dialling = dial();
    expect(now().status).toBe("Connecting");
    await dialling;
    expect(now().status).toBe("Connected");
    expect(server.last.url.pathname).toBe("/api/ws/agent");
    expect(server.last.url.searchParams.get("meetingId")).toBe("m1");
    expect(server.last.token).toBe("one");
  });

  test("the token is in no line of the console", async () => {
    const lines = consoleLines();
    await dial("secret-token");
    server.last.cut();
    await soon(() => expect(now().status).toBe("Disconnected"));
    expect(lines()).not.toContain("secret-token");
  });

  test("a server below a prefix is called there", async () => {
    await dial("one", { serverUrl: `${server.url}/voice/` });
    expect(server.last.url.pathname).toBe("/voice/api/ws/agent");
  });

  test("a second connect hangs the first call up, and one call is left", async () => {
    await Promise.all([dial("first"), dial("second")]);
    expect(now().status).toBe("Connected");
    await soon(() => expect(server.calls.filter(({ closeCode }) => closeCode === null)).toHaveLength(1));
    expect(server.last.token).toBe("second");
    expect(devices.open).toHaveLength(3);
  });

  test("hanging up says goodbye to the server and leaves nothing open", async () => {
    await dial();
    await call.disconnect();
    expect(now().status).toBe("Disconnected");
    expect(devices.open).toEqual([]);
    await soon(() => expect(server.last.closeCode).toBe(1000));
  });
});

describe("hanging up before the call is connected", () => {
  const leavesNothing = async (dialling: Promise<void>) => {
    await call.disconnect();
    expect(now().status).toBe("Disconnected");
    await dialling;
    await soon(() => expect(devices.open).toEqual([]));
    expect(codes()).toEqual([]);
  };

  test("while the microphone is asked for", async () => {
    let allow = () => {};
    devices.answered = new Promise((resolve) => {
      allow = resolve;
    });
    const dialling = dial();
    await soon(() => expect(devices.asked).toBe(1));
    await call.disconnect();
    allow();
    await leavesNothing(dialling);
    expect(server.calls).toEqual([]);
  });

  test("while the token is fetched", async () => {
    const getToken = vi.fn(() => new Promise<string>(() => {}));
    const dialling = dial(getToken);
    await soon(() => expect(getToken).toHaveBeenCalled());
    await leavesNothing(dialling);
  });

  test("while the server takes its time to accept", async () => {
    server.isAnswering = false;
    const dialling = dial();
    await soon(() => expect(devices.nodes).toHaveLength(2));
    await leavesNothing(dialling);
  });

  test("while the agent gets ready", async () => {
    server.isReady = false;
    const dialling = dial();
    await soon(() => expect(server.calls).toHaveLength(1));
    await leavesNothing(dialling);
    await soon(() => expect(server.last.closeCode).toBe(1000));
  });

  test("while a lost connection is coming back", async () => {
    const getToken = tokens();
    await dial(getToken);
    server.last.cut();
    await soon(() => expect(now().status).toBe("Connecting"));
    await leavesNothing(Promise.resolve());
    expect(getToken).toHaveBeenCalledTimes(1);
  });
});
