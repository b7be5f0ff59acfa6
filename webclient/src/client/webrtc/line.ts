/** A call over WebRTC: both voices as tracks, messages as JSON on a data channel. */

import { RTVIMessage } from "@pipecat-ai/client-js";
import { problem } from "../errors.ts";
import { type Address, type Line, LOST } from "../line.ts";
import type { Media } from "../media.ts";
import { within } from "../wait.ts";
import { Gaps } from "./gaps.ts";
import { Offers } from "./offers.ts";
import { Peer } from "./peer.ts";
import { Watch } from "./watch.ts";

/** From the server's answer to an open channel; where a network lets it through, it is a fifth of a second. */
const LONGEST_OPENING_MS = 6_000;

export class PeerLine implements Line {
  onMessage: (message: RTVIMessage) => void = () => {};
  onClosed: (code: number) => void = () => {};
  private peer: Peer | null = null;
  private watch: Watch | null = null;
  private gaps: Gaps | null = null;
  private isLost = false;

  constructor(
    private readonly address: Address,
    private readonly media: Media,
  ) {}

  async open(signal: AbortSignal): Promise<void> {
    if (typeof RTCPeerConnection === "undefined") throw problem("webrtc_missing");
    const offers = new Offers(this.address, signal);
    const iceServers = await offers.iceServers();
    signal.throwIfAborted();
    const peer = new Peer(iceServers, this.media.microphone.track);
    this.peer = peer;
    peer.onMessage = (text) => this.receive(text);
    peer.onVoice = (track) => this.media.player.hear(track);
    this.media.microphone.onTrack = (track) => void peer.use(track).catch(() => {});
    const offer = await peer.offer(signal);
    peer.onCandidate = (candidate) => void offers.add(candidate).catch(() => {});
    await peer.accept(await offers.answerTo(offer));
    await this.connected(peer, signal);
    signal.throwIfAborted();
    peer.onGone = () => this.lost();
    this.watch = new Watch(peer, this.media.player);
    this.watch.onLost = () => this.lost();
    this.gaps = new Gaps(peer, this.media.player);
    addEventListener("pagehide", this.leave);
  }

  /** A track is heard from the beginning; what is said before the server listens is lost on the way. */
  begin(): void {}

  send(message: RTVIMessage): void {
    this.peer?.send(JSON.stringify(message));
  }

  async close(): Promise<void> {
    const { peer } = this;
    this.peer = null;
    this.watch?.stop();
    this.gaps?.stop();
    if (!peer) return;
    removeEventListener("pagehide", this.leave);
    this.media.microphone.onTrack = () => {};
    this.media.player.hear(null);
    await peer.close(JSON.stringify(this.isLost ? backSoon() : RTVIMessage.disconnectBot()));
  }

  /** No hang-up: should the server still hear us, it is to wait for us. */
  private lost(): void {
    this.isLost = true;
    this.onClosed(LOST);
  }

  private async connected(peer: Peer, signal: AbortSignal): Promise<void> {
    const blocked = () => problem("webrtc_blocked", true);
    const gone = new Promise<never>((_, reject) => {
      peer.onGone = () => reject(blocked());
    });
    await within(LONGEST_OPENING_MS, signal, Promise.race([peer.opened, gone]), blocked);
  }

  private receive(text: string): void {
    try {
      this.onMessage(JSON.parse(text));
    } catch {
      // Something that this version doesn't know.
    }
  }

  /** Whoever closes the page hangs up. */
  private readonly leave = () => this.send(RTVIMessage.disconnectBot());
}

/** We give up the connection, but not the conversation. */
function backSoon(): RTVIMessage {
  return new RTVIMessage("client-message", { t: "back-soon" });
}
