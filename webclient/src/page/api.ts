/** The server's JSON routes, as far as the page asks them. */

import { CallProblem, problem } from "../client/errors.ts";
import { detail } from "../client/refusal.ts";

/** An agent that a call can ask for, as `GET /api/agents` tells it. */
export interface AgentInfo {
  readonly name: string;
  readonly description: string;
  readonly output: "audio" | "text";
  readonly default: boolean;
}

/** All methods throw a CallProblem that says what is wrong, in words for the person at the page. */
export class Api {
  private key: string | null = null;

  constructor(readonly serverUrl: string) {}

  /** Sends this API key from now on. It is kept here and nowhere else. */
  authorise(key: string): void {
    this.key = key;
  }

  async agents(): Promise<readonly AgentInfo[]> {
    return (await this.ask("agents")).agents as AgentInfo[];
  }

  /** Makes a meeting; answers with its id. */
  async newMeeting(): Promise<string> {
    return String((await this.ask("meetings", {})).id);
  }

  /** A token for one call, with the agent that was chosen. */
  async token(meetingId: string, agent: string | null): Promise<string> {
    return String((await this.ask("token", agent ? { meetingId, agent } : { meetingId })).token);
  }

  private async ask(route: string, body?: object): Promise<Record<string, unknown>> {
    const answer = await fetch(`${this.serverUrl}/api/${route}`, this.request(body)).catch(() => {
      throw problem("unreachable", true);
    });
    if (answer.ok) return answer.json();
    throw new CallProblem(await detail(answer), answer.status === 429 || answer.status >= 500);
  }

  private request(body?: object): RequestInit {
    const headers: Record<string, string> = {};
    if (this.key) headers.Authorization = `Bearer ${this.key}`;
    if (!body) return { headers, cache: "no-store" };
    headers["Content-Type"] = "application/json";
    return { method: "POST", headers, body: JSON.stringify(body), cache: "no-store" };
  }
}
