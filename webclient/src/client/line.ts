/** What a call needs of a way to the server, whichever way it is. */

import type { RTVIMessage } from "@pipecat-ai/client-js";
import type { Transport } from "./types.ts";

/** What stands for a connection that was lost, where nothing else tells: the code that browsers use, too. */
export const LOST = 1006;

export interface Address {
  /** `https://…` or `http://…`, without a slash at the end. */
  readonly serverUrl: string;
  readonly transport: Transport;
  readonly meetingId: string;
  readonly token: string;
}

/** Carries messages and both voices, once. */
export interface Line {
  onMessage: (message: RTVIMessage) => void;
  /** It was open and is gone without our doing; `code` is one of the WebSocket's close codes. */
  onClosed: (code: number) => void;
  /**
   * Resolves once messages can be sent.
   *
   * Throws a CallProblem that says why that did not come about, or the signal's reason.
   */
  open(signal: AbortSignal): Promise<void>;
  /** The agent may listen from now on. */
  begin(): void;
  send(message: RTVIMessage): void;
  /** Hangs up, at any moment and as often as one likes, and tells the server so. */
  close(): Promise<void>;
}

/** The whole address of one of the server's routes. */
export function routeOf({ serverUrl }: Address, route: string, query: Record<string, string>): string {
  return `${serverUrl.replace(/\/+$/, "")}/api/${route}?${new URLSearchParams(query)}`;
}
