/** Why the server refused a call. Browsers hide it from a WebSocket, so it is asked once more over HTTP. */

import { CallProblem, problem, refused } from "./errors.ts";

/** Refusals that a moment's wait may change. */
const MAY_PASS = new Set([429, 500, 502, 503, 504]);

/**
 * The same checks without a call: the same refusal, or 426 where the call would be accepted.
 *
 * `url` is that of the call, token included, with `http` for `ws`.
 */
export async function whyRefused(url: string, signal?: AbortSignal): Promise<CallProblem> {
  try {
    const answer = await fetch(url, { cache: "no-store", signal });
    if (answer.status === 426) return problem("connection_lost", true);
    return await refusalOf(answer);
  } catch {
    return problem("unreachable", true);
  }
}

/** A refusal, from an answer that is one. */
export async function refusalOf(answer: Response): Promise<CallProblem> {
  return new CallProblem(await detail(answer), MAY_PASS.has(answer.status));
}

/** What is wrong, from an answer that is no success. */
export async function detail(answer: Response) {
  try {
    const { code, message } = (await answer.json()).detail;
    if (!code || !message) throw new TypeError("no detail of this server");
    return refused(String(code), String(message));
  } catch {
    return refused("internal_error", `The server answered with status ${answer.status}.`);
  }
}
