/** One connection to the server, from the first byte to the last. */

import type { PipecatClient, RTVIEventCallbacks } from "@pipecat-ai/client-js";
import { CallProblem, ownError } from "./errors.ts";
import { type Media, mediaManager } from "./media.ts";
import { whyRefused } from "./refusal.ts";

/** What the server tells that is not standard RTVI; see the server's docs/protocol.md. */
export type ServerMessage = { readonly type: string } & Readonly<Record<string, unknown>>;

export interface ConnectionEvents {
  onServerMessage: (message: ServerMessage) => void;
  onUserText: (text: string, isFinal: boolean) => void;
  onAgentText: (text: string) => void;
  onAgentTextStarted: () => void;
  onSpokenText: (text: string) => void;
  onVoiceEnded: () => void;
  /** The connection is gone without our doing; `code` is the WebSocket's. */
  onClosed: (code: number) => void;
}

export interface Address {
  /** `https://…` or `http://…`, without a path. */
  readonly serverUrl: string;
  readonly meetingId: string;
  readonly token: string;
}

export class Connection {
  private isOpen = false;

  private constructor(private readonly client: PipecatClient) {}

  /**
   * Connects and waits until the agent is ready.
   *
   * Throws a CallProblem that says why that did not come about.
   */
  static async open(
    address: Address,
    media: Media,
    events: ConnectionEvents,
    timeoutMs: number,
  ): Promise<Connection> {
    const [{ PipecatClient }, { CallTransport }] = await libraries();
    const transport = new CallTransport(mediaManager(media));
    const client = new PipecatClient({ transport, enableMic: true, callbacks: callbacks(events) });
    const connection = new Connection(client);
    transport.onClosed = (code) => connection.isOpen && events.onClosed(code);
    const query = new URLSearchParams({ meetingId: address.meetingId });
    const url = `${address.serverUrl}/api/ws/agent?${query}`;
    const connecting = client.connect({ wsUrl: url.replace(/^http/, "ws"), token: address.token });
    try {
      await Promise.race([connecting, expired(timeoutMs)]);
    } catch (error) {
      connecting.catch(() => {});
      await client.disconnect();
      throw error instanceof CallProblem ? error : await whyRefused(url, address.token);
    }
    connection.isOpen = true;
    return connection;
  }

  /** Hangs up. */
  async close(): Promise<void> {
    this.isOpen = false;
    await this.client.disconnect();
  }
}

/** Loaded with the first call, so that importing this package touches neither `window` nor the network. */
function libraries() {
  return Promise.all([import("@pipecat-ai/client-js"), import("./transport.ts")]);
}

function callbacks(events: ConnectionEvents): RTVIEventCallbacks {
  return {
    onServerMessage: events.onServerMessage,
    onUserTranscript: ({ text, final }) => events.onUserText(text, final),
    onBotLlmStarted: events.onAgentTextStarted,
    onBotLlmText: ({ text }) => events.onAgentText(text),
    onBotTtsText: ({ text }) => events.onSpokenText(text),
    onBotStoppedSpeaking: events.onVoiceEnded,
    onError: () => {},
  };
}

function expired(ms: number): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new CallProblem(ownError("timeout"), true)), ms);
  });
}
