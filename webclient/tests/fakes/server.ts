/** The server's side of the wire, on a real socket, saying what a test tells it to. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { json } from "node:stream/consumers";
import { RTVIMessage } from "@pipecat-ai/client-js";
import { ProtobufFrameSerializer } from "@pipecat-ai/websocket-transport";
import { vi } from "vitest";
import { type WebSocket as Socket, WebSocket, WebSocketServer } from "ws";

const frames = new ProtobufFrameSerializer();

/** One call that a client opened. */
export class Caller {
  readonly audio: Int16Array[] = [];
  closeCode: number | null = null;

  constructor(
    private readonly socket: Socket,
    readonly url: URL,
    isReady: boolean,
  ) {
    socket.on("message", async (bytes: Buffer) => {
      const arrived = await frames.deserialize(new Blob([new Uint8Array(bytes)]));
      if (arrived.type === "audio") this.audio.push(arrived.audio);
      else if (arrived.message.type === "client-ready" && isReady)
        this.send("bot-ready", { version: "2.2.0" });
    });
    socket.on("close", (code) => {
      this.closeCode = code;
    });
  }

  get token(): string | null {
    return this.url.searchParams.get("token");
  }

  /** A message of standard RTVI. */
  send(type: string, data: unknown): void {
    this.socket.send(frames.serializeMessage(new RTVIMessage(type, data, "1")));
  }

  /** One of the server's own messages. */
  tell(type: string, data: object = {}): void {
    this.send("server-message", { type, ...data });
  }

  speak(ms = 20): void {
    this.socket.send(frames.serializeAudio(new Int16Array(24 * ms).fill(1_000).buffer, 24_000, 1));
  }

  raw(bytes: string | Uint8Array): void {
    this.socket.send(bytes);
  }

  close(code: number): void {
    this.socket.close(code);
  }

  /** The network goes away, without a goodbye. */
  cut(): void {
    this.socket.terminate();
  }
}

/** One request for a call over WebRTC. */
export interface Offer {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | undefined;
  readonly body: Record<string, unknown> | null;
}

export class FakeServer {
  readonly offers: Offer[] = [];
  readonly iceServers = [{ urls: "stun:stun.example.org" }];
  /** Refuses offers only, and not the question for ICE servers before them. */
  offerRefusal: [status: number, code: string] | null = null;
  readonly calls: Caller[] = [];
  /** Refuses with this status and code, where it is set. */
  refusal: [status: number, code: string] | null = null;
  /** Whether calls are answered once they are accepted. */
  isReady = true;
  /** Whether a call is accepted at all, or left waiting. */
  isAnswering = true;

  /** The calls that wait to be accepted. */
  readonly waiting: (() => void)[] = [];
  private readonly sockets = new Set<Duplex>();

  private constructor(private readonly http: Server) {}

  static async start(): Promise<FakeServer> {
    const http = createServer((request, answer) => void server.answer(request, answer));
    const server = new FakeServer(http);
    const sockets = new WebSocketServer({ noServer: true });
    http.on("upgrade", (request, socket, head) => {
      server.sockets.add(socket);
      if (server.refusal) return socket.end(`HTTP/1.1 ${server.refusal[0]} No\r\nConnection: close\r\n\r\n`);
      const accept = () =>
        sockets.handleUpgrade(request, socket, head, (accepted) => {
          const url = new URL(request.url ?? "", "http://host");
          server.calls.push(new Caller(accepted, url, server.isReady));
        });
      if (server.isAnswering) accept();
      else server.waiting.push(accept);
    });
    vi.stubGlobal("WebSocket", WebSocket);
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  get last(): Caller {
    const call = this.calls.at(-1);
    if (!call) throw new Error("nobody called");
    return call;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.http.closeAllConnections();
    await new Promise((resolve) => this.http.close(resolve));
  }

  private async answer(request: IncomingMessage, answer: ServerResponse): Promise<void> {
    if (request.url?.includes("/api/webrtc/offer")) await this.meet(request, answer);
    else this.refuse(answer, this.refusal ?? [426, "upgrade_required"]);
  }

  private async meet(request: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { method = "", url = "" } = request;
    const body = method === "GET" ? null : ((await json(request)) as Offer["body"]);
    this.offers.push({ method, url, authorization: request.headers.authorization, body });
    const refusal = this.refusal ?? (method === "POST" ? this.offerRefusal : null);
    if (refusal) return this.refuse(answer, refusal);
    const answers: Record<string, object> = {
      GET: { iceServers: this.iceServers },
      POST: { sdp: "their sdp", type: "answer", pc_id: "peer-1" },
      PATCH: { status: "success" },
    };
    const send = () => answer.writeHead(200).end(JSON.stringify(answers[method]));
    if (this.isAnswering) send();
    else this.waiting.push(send);
  }

  private refuse(answer: ServerResponse, [status, code]: [number, string]): void {
    answer.writeHead(status, { "Content-Type": "application/json" });
    answer.end(JSON.stringify({ detail: { code, message: `The reason is ${code}.` } }));
  }
}
