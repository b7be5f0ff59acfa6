// @vitest-environment happy-dom
/** The demo's page, before anybody is connected. */

import { act } from "react";
import { expect, test, vi } from "vitest";
import { TalkToText } from "../../src/talk/TalkToText.tsx";
import { eachTestHasARoot, show, soon } from "../react/setUp.ts";

eachTestHasARoot();

let asked: string[];

const agent = (name: string) => ({ name, description: "", output: "text", default: true });
const all = (selector: string) => [...document.querySelectorAll<HTMLElement>(selector)];
const start = () => document.querySelector(".call") as HTMLButtonElement;

/** Shows the page of a server that answers so, by the end of the address. */
async function open(answers: Record<string, [status: number, body: object]>) {
  asked = [];
  vi.stubGlobal("fetch", async (address: string) => {
    const route = address.split("/").at(-1) ?? "";
    asked.push(route);
    const [status, body] = answers[route] ?? [500, {}];
    return new Response(JSON.stringify(body), { status });
  });
  await show(<TalkToText />);
}

test("it says where the voice goes and what is kept, and has one button and the way back", async () => {
  await open({ agents: [200, { agents: [agent("talk-to-text")] }] });
  expect(document.title).toContain("Talk to text");
  const says = document.body.textContent ?? "";
  for (const part of ["goes to this server", "to the model", "Nothing of it is stored"]) {
    expect(says).toContain(part);
  }
  expect(all("button").map(({ textContent }) => textContent)).toEqual(["Start"]);
  expect(document.querySelector("[role=status]")?.textContent).toBe("Disconnected");
  expect(document.querySelector("a")?.getAttribute("href")).toBe("./");
  expect(new Set(asked)).toEqual(new Set(["agents"]));
});

test("where the agent is missing it names what to add, and nobody can press Start", async () => {
  await open({ agents: [200, { agents: [agent("default")] }] });
  await soon(() => expect(document.querySelector("[role=alert]")?.textContent).toContain("settings.toml"));
  expect(start().disabled).toBe(true);
});

test("where the list of agents cannot be had it can be started all the same", async () => {
  await open({});
  expect(start().disabled).toBe(false);
  expect(document.querySelector("[role=alert]")?.textContent).toBe("");
});

test("where the server wants its key, the page asks for it", async () => {
  const refusal = { detail: { code: "api_key_invalid", message: "The key is not accepted." } };
  await open({ agents: [200, { agents: [agent("talk-to-text")] }], meetings: [401, refusal] });
  await act(async () => start().click());
  await soon(() => expect(document.querySelector("input[type=password]")).not.toBeNull());
});

test("where meetings are made elsewhere it speaks of no link, which it would not take", async () => {
  const refusal = { detail: { code: "meetings_are_external", message: "No." } };
  await open({ agents: [200, { agents: [agent("talk-to-text")] }], meetings: [403, refusal] });
  await act(async () => start().click());
  await soon(() => expect(document.querySelector("[role=alert]")?.textContent).toContain("SQLite"));
  expect(document.querySelector("[role=alert]")?.textContent).not.toContain("link");
  expect(start().textContent).toBe("Start");
});
