/** One connection to the server, from the first byte to the last. */

import type { PipecatClient, RTVIEventCallbacks } from "@pipecat-ai/client-js";
import { closedProblem, problem } from "./errors.ts";
import type { Address, Line } from "./line.ts";
import type { Media } from "./media.ts";
import type { Transport } from "./types.ts";

/** What the server tells that is not standard RTVI; see the server's docs/protocol.md. */
export type ServerMessage = { readonly type: string } & Readonly<Record<string, unknown>>;

export interface ConnectionEvents {
  onServerMessage: (message: ServerMessage) => void;
  onUserText: (text: string, isFinal: boolean) => void;
  onAgentText: (text: string) => void;
  onAgentTextStarted: () => void;
  onSpokenText: (text: string) => void;
  /** The agent speaks what it writes: never told by one that only writes. */
  onVoiceStarted: () => void;
  onVoiceEnded: () => void;
  /** The connection is gone without our doing; `code` is one of the WebSocket's. */
  onClosed: (code: number) => void;
}

export class Connection {
  private constructor(private readonly client: PipecatClient) {}

  /**
   * Connects and waits until the agent is ready, or until `signal` says stop.
   *
   * Throws a CallProblem that says why that did not come about, or the signal's reason.
   */
  static async open(
    address: Address,
    media: Media,
    events: ConnectionEvents,
    signal: AbortSignal,
  ): Promise<Connection> {
    const [{ LogLevel, PipecatClient }, { CallTransport }, openLine] = await libraries(address.transport);
    signal.throwIfAborted();
    const line = openLine(address, media);
    const client = new PipecatClient({
      transport: new CallTransport(line),
      enableMic: true,
      callbacks: callbacks(events),
    });
    client.setLogLevel(LogLevel.ERROR);
    try {
      const gone = new Promise<never>((_, reject) => {
        line.onClosed = (code) => reject(closedProblem(code));
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      });
      await Promise.race([gone, client.connect()]);
    } catch (error) {
      await client.disconnect();
      throw error;
    }
    line.onClosed = events.onClosed;
    return new Connection(client);
  }

  /** Hangs up. */
  async close(): Promise<void> {
    await this.client.disconnect();
  }
}

type OpenLine = (address: Address, media: Media) => Line;

const LINES: Record<Transport, () => Promise<OpenLine>> = {
  websocket: async () => {
    const { SocketLine } = await import("./websocket/line.ts");
    return (address, media) => new SocketLine(address, media);
  },
  webrtc: async () => {
    const { PeerLine } = await import("./webrtc/line.ts");
    return (address, media) => new PeerLine(address, media);
  },
};

/** Loaded with the first call, so that importing this package touches neither `window` nor the network. */
export async function libraries(transport: Transport = "websocket") {
  try {
    return await Promise.all([import("@pipecat-ai/client-js"), import("./transport.ts"), LINES[transport]()]);
  } catch {
    throw problem("page_outdated");
  }
}

function callbacks(events: ConnectionEvents): RTVIEventCallbacks {
  return {
    onServerMessage: events.onServerMessage,
    onUserTranscript: ({ text, final }) => events.onUserText(text, final),
    onBotLlmStarted: events.onAgentTextStarted,
    onBotLlmText: ({ text }) => events.onAgentText(text),
    onBotTtsStarted: events.onVoiceStarted,
    onBotTtsText: ({ text }) => events.onSpokenText(text),
    onBotStoppedSpeaking: events.onVoiceEnded,
  };
}
