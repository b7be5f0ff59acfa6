/** Why the server refused: asked over HTTP, as browsers hide it from a WebSocket. */

import { expect, test, vi } from "vitest";
import { whyRefused } from "../../src/client/refusal.ts";

const URL = "https://voice.example.org/api/ws/agent?meetingId=m&token=t";

function answering(status: number, body: string) {
  const fetch = vi.fn(async () => new Response(body, { status }));
  vi.stubGlobal("fetch", fetch);
  return fetch;
}

const refusal = (code: string) => JSON.stringify({ detail: { code, message: "Because." } });

test("the server is asked at the call's own address, and no cache answers", async () => {
  const fetch = answering(401, refusal("token_used"));
  const { told } = await whyRefused(URL);
  expect(fetch).toHaveBeenCalledWith(URL, expect.objectContaining({ cache: "no-store" }));
  expect(told).toMatchObject({ code: "token_used", message: "Because." });
});

test.each([
  [401, false],
  [403, false],
  [404, false],
  [409, false],
  [429, true],
  [502, true],
  [503, true],
])("a refusal with %i may pass: %s", async (status, mayPass) => {
  answering(status, refusal("any"));
  expect((await whyRefused(URL)).mayPass).toBe(mayPass);
});

test("a server that would accept the call now has lost it a moment ago", async () => {
  answering(426, refusal("upgrade_required"));
  expect(await whyRefused(URL)).toMatchObject({ told: { code: "connection_lost" }, mayPass: true });
});

test.each(["<html>Bad gateway</html>", '{"detail": "Not Found"}', "{}"])(
  "a proxy that answers in the server's place with %s is told by its status",
  async (body) => {
    answering(502, body);
    const { told } = await whyRefused(URL);
    expect(told).toMatchObject({ code: "internal_error", message: "The server answered with status 502." });
  },
);

test("a server that does not answer at all cannot be reached", async () => {
  vi.stubGlobal("fetch", async () => Promise.reject(new TypeError("Failed to fetch")));
  expect(await whyRefused(URL)).toMatchObject({ told: { code: "unreachable" }, mayPass: true });
});
