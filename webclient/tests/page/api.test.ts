/** What the page asks of its server, and what it tells of the answer. */

import { afterEach, describe, expect, it, vi } from "vitest";
import { CallProblem } from "../../src/client/errors.ts";
import { Api } from "../../src/page/api.ts";

const answers = (status: number, body: object) => {
  const server = vi.fn<typeof fetch>(async () => new Response(JSON.stringify(body), { status }));
  vi.stubGlobal("fetch", server);
  return server;
};
const problemOf = (asked: Promise<unknown>) => asked.then(() => null).catch((error: CallProblem) => error);

afterEach(() => vi.unstubAllGlobals());

describe("the page's way to the server", () => {
  it("asks below the prefix at which the server is mounted", async () => {
    const server = answers(201, { id: "m1" });
    expect(await new Api("https://example.org/voice").newMeeting()).toBe("m1");
    expect(server.mock.calls[0]?.[0]).toBe("https://example.org/voice/api/meetings");
  });

  it("asks for a token with the agent that was chosen, and with none where none was", async () => {
    const server = answers(200, { token: "t", expiresIn: 60 });
    const api = new Api("");
    await api.token("m1", "guide");
    await api.token("m1", null);
    const sent = server.mock.calls.map(([, request]) => JSON.parse(String(request?.body)));
    expect(sent).toEqual([{ meetingId: "m1", agent: "guide" }, { meetingId: "m1" }]);
  });

  it("sends the API key once it was given, and nothing before", async () => {
    const server = answers(201, { id: "m1" });
    const api = new Api("");
    await api.newMeeting();
    api.authorise("secret");
    await api.newMeeting();
    const keys = server.mock.calls.map(([, request]) => new Headers(request?.headers).get("Authorization"));
    expect(keys).toEqual([null, "Bearer secret"]);
  });

  it("tells a refusal by its code, and whether waiting helps", async () => {
    answers(401, { detail: { code: "api_key_invalid", message: "The key is not accepted." } });
    const refused = await problemOf(new Api("").newMeeting());
    expect(refused?.told.code).toBe("api_key_invalid");
    expect(refused?.mayPass).toBe(false);
    answers(503, { detail: { code: "draining", message: "The server is going down." } });
    expect((await problemOf(new Api("").token("m1", null)))?.mayPass).toBe(true);
  });

  it("says so when the server cannot be reached", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
    const problem = await problemOf(new Api("").agents());
    expect(problem).toBeInstanceOf(CallProblem);
    expect(problem?.told.code).toBe("unreachable");
  });
});
