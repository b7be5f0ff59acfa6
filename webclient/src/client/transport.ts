/** Pipecat's WebSocket transport, on a socket of our own. */

import type { RTVIMessage } from "@pipecat-ai/client-js";
import {
  ProtobufFrameSerializer,
  type WavMediaManager,
  WebSocketTransport,
} from "@pipecat-ai/websocket-transport";
import { CallSocket } from "./socket.ts";

type LibrarySocket = ReturnType<WebSocketTransport["initializeWebsocket"]>;

export class CallTransport extends WebSocketTransport {
  /** Called when the server or the network closes the socket; `hasOpened` if there was a connection. */
  onClosed: (code: number, hasOpened: boolean) => void = () => {};
  private readonly frames = new ProtobufFrameSerializer();

  /** `url` is the whole address of the call, token included. */
  constructor(
    private readonly url: string,
    private readonly media: WavMediaManager,
  ) {
    super({ wsUrl: url, mediaManager: media, recorderSampleRate: 16_000 });
  }

  /**
   * The library's own socket reads messages out of order, cannot be closed while it is being opened,
   * and writes its address, token included, to the console.
   */
  override initializeWebsocket(): LibrarySocket {
    const socket = new CallSocket(this.url);
    socket.onMessage = (bytes) => void this.receive(bytes);
    socket.onClosed = (code) => this.onClosed(code, socket.hasOpened);
    return socket as unknown as LibrarySocket;
  }

  /** What is heard before the agent is ready is dropped; the library would send it later, in one burst. */
  override handleUserAudioStream(frame: ArrayBuffer): void {
    if (this.state === "ready") void this._sendAudioInput(frame);
  }

  private async receive(bytes: ArrayBuffer): Promise<void> {
    const arrived = await this.frames.deserialize(new Arrived(bytes)).catch(() => null);
    if (arrived?.type === "audio") this.media.bufferBotAudio(arrived.audio);
    else if (arrived && isWanted(arrived.message)) this._onMessage(arrived.message);
  }
}

/** Errors come as `agent-error` too; at a fatal one, the library would hang up for good. */
function isWanted({ label, type }: RTVIMessage): boolean {
  return label === "rtvi-ai" && type !== "error";
}

/** Bytes that are here already, as the Blob that the library's serializer wants to read. */
class Arrived extends Blob {
  constructor(private readonly here: ArrayBuffer) {
    super();
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    return this.here;
  }
}
