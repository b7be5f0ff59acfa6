/** A call over a WebSocket: messages and both voices, as Pipecat's frames. */

import type { RTVIMessage } from "@pipecat-ai/client-js";
import { type Address, type Line, routeOf } from "../line.ts";
import type { Media } from "../media.ts";
import { whyRefused } from "../refusal.ts";
import { CallSocket } from "./socket.ts";
import { audioBytes, messageBytes, readFrame } from "./wire.ts";

/** What Microphone's frames have. */
const MICROPHONE_HZ = 16_000;

export class SocketLine implements Line {
  onMessage: (message: RTVIMessage) => void = () => {};
  onClosed: (code: number) => void = () => {};
  private readonly url: string;
  private readonly socket: CallSocket;

  constructor(
    address: Address,
    private readonly media: Media,
  ) {
    const { meetingId, token } = address;
    this.url = routeOf(address, "ws/agent", { meetingId, token });
    this.socket = new CallSocket(this.url.replace(/^http/, "ws"));
    this.socket.onMessage = (bytes) => this.receive(bytes);
  }

  open(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.onClosed = async (code) => {
        if (this.socket.hasOpened) this.onClosed(code);
        else reject(await whyRefused(this.url, signal));
      };
      this.socket.connect().then(resolve);
    });
  }

  /** What is heard before is dropped: sent later, it would come in one burst. */
  begin(): void {
    this.media.microphone.onFrame = (frame) => this.socket.send(audioBytes(frame, MICROPHONE_HZ));
  }

  send(message: RTVIMessage): void {
    this.socket.send(messageBytes(message));
  }

  async close(): Promise<void> {
    this.media.microphone.onFrame = () => {};
    this.socket.close();
  }

  private receive(bytes: ArrayBuffer): void {
    let arrived = {} as ReturnType<typeof readFrame>;
    try {
      arrived = readFrame(bytes);
    } catch {
      // Something that this version doesn't know.
    }
    if (arrived.audio) this.media.player.play(arrived.audio);
    if (arrived.message) this.onMessage(arrived.message);
  }
}
