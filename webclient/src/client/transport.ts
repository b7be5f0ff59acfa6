/** Pipecat's WebSocket transport, telling how its socket was closed. */

import { type WavMediaManager, WebSocketTransport } from "@pipecat-ai/websocket-transport";

export class CallTransport extends WebSocketTransport {
  /** Called when the server or the network closes the socket. */
  onClosed: (code: number) => void = () => {};

  constructor(mediaManager: WavMediaManager) {
    super({ mediaManager, recorderSampleRate: 16_000 });
  }

  override initializeWebsocket() {
    const socket = super.initializeWebsocket();
    socket.on("close", (code: number) => this.onClosed(code));
    return socket;
  }

  /** A closed socket is told by `onClosed`, with its code, and not as an error as well. */
  override connectionError(): void {}
}
