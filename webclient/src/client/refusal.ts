/** Why the server refused a call: browsers hide it from a WebSocket, so it is asked once more over HTTP. */

import { CallProblem, ownError, refused } from "./errors.ts";

/** Refusals that a moment's wait may change. */
const MAY_PASS = new Set([429, 502, 503]);

/** The same checks without a call: the same refusal, or 426 where the call would be accepted. */
export async function whyRefused(url: string, token: string): Promise<CallProblem> {
  try {
    const answer = await fetch(`${url}&token=${encodeURIComponent(token)}`, { cache: "no-store" });
    if (answer.status === 426) return new CallProblem(ownError("connection_lost"), true);
    return new CallProblem(await detail(answer), MAY_PASS.has(answer.status));
  } catch {
    return new CallProblem(ownError("unreachable"), true);
  }
}

/** What is wrong, from an answer that is no success. */
export async function detail(answer: Response) {
  try {
    const { code, message } = (await answer.json()).detail;
    return refused(String(code), String(message));
  } catch {
    return refused("internal_error", `The server answered with status ${answer.status}.`);
  }
}
