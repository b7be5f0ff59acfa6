/** A browser's peer connections without a network, and the agent at the other end of each. */

import { vi } from "vitest";

interface Message {
  readonly type: string;
  readonly [key: string]: unknown;
}

class FakeChannel {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  readyState: RTCDataChannelState = "connecting";
  readonly sent: string[] = [];

  constructor(private readonly peers: FakePeers) {}

  send(text: string): void {
    this.sent.push(text);
    const { isReady, hangsUp } = this.peers;
    if (isReady && text.includes('"client-ready"')) queueMicrotask(() => this.ready());
    if (hangsUp && text.includes('"disconnect-bot"')) queueMicrotask(() => this.closed());
  }

  open(): void {
    this.readyState = "open";
    this.onopen?.();
  }

  private ready(): void {
    this.bring({ label: "rtvi-ai", type: "bot-ready", data: { version: "2.2.0" } });
  }

  /** As if the server had sent it. */
  bring(data: Message | string): void {
    this.onmessage?.({ data: typeof data === "string" ? data : JSON.stringify(data) });
  }

  /** One of the server's own messages. */
  tell(type: string, data: object = {}): void {
    this.bring({ label: "rtvi-ai", type: "server-message", data: { type, ...data } });
  }

  /** The other end hangs up. */
  closed(): void {
    this.readyState = "closed";
    this.onclose?.();
  }

  get types(): string[] {
    return this.sent.filter((text) => text.startsWith("{")).map((text) => JSON.parse(text).type);
  }
}

class FakePeer extends EventTarget {
  readonly channel: FakeChannel;
  ontrack: ((event: { track: object }) => void) | null = null;
  onicecandidate: ((event: { candidate: object | null }) => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;
  connectionState: RTCPeerConnectionState = "new";
  iceGatheringState: RTCIceGatheringState = "new";
  localDescription: { sdp: string } | null = null;
  answer = "";
  track: unknown;

  constructor(
    readonly peers: FakePeers,
    readonly iceServers: RTCIceServer[],
  ) {
    super();
    this.channel = new FakeChannel(peers);
  }

  addTransceiver(track: unknown) {
    this.track = track;
    return {
      sender: {
        replaceTrack: async (other: unknown) => {
          this.track = other;
        },
      },
    };
  }

  createDataChannel(): FakeChannel {
    return this.channel;
  }

  async setLocalDescription(): Promise<void> {
    this.localDescription ??= { sdp: "our sdp" };
    if (this.peers.isGathering) this.gathered();
  }

  found(candidate: { candidate: string; [key: string]: unknown }): void {
    if (this.localDescription) this.localDescription.sdp += ` ${candidate.candidate}`;
    this.onicecandidate?.({ candidate });
    this.dispatchEvent(Object.assign(new Event("icecandidate"), { candidate }));
  }

  gathered(): void {
    this.iceGatheringState = "complete";
    this.dispatchEvent(new Event("icegatheringstatechange"));
  }

  async setRemoteDescription({ sdp }: { sdp: string }): Promise<void> {
    this.answer = sdp;
    if (!this.peers.isReachable) return;
    this.become("connected");
    this.ontrack?.({ track: { kind: "audio" } });
    this.channel.open();
  }

  become(state: RTCPeerConnectionState): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }

  async getStats() {
    return new Map();
  }

  close(): void {
    this.connectionState = "closed";
    this.channel.readyState = "closed";
  }
}

/** Installs itself as WebRTC of this test. */
export class FakePeers {
  readonly all: FakePeer[] = [];
  /** What is played by a media element. */
  readonly played: { srcObject: unknown }[] = [];
  /** Whether candidates are found. */
  isGathering = true;
  /** Whether the network lets peers through. */
  isReachable = true;
  /** Whether the agent gets ready. */
  isReady = true;
  /** Whether the agent hangs up when it is asked to. */
  hangsUp = true;

  constructor() {
    const peers = this;
    class Peer extends FakePeer {
      constructor({ iceServers }: { iceServers: RTCIceServer[] }) {
        super(peers, iceServers);
        peers.all.push(this);
      }
    }
    class Element {
      srcObject: unknown = null;
      muted = false;
      constructor() {
        peers.played.push(this);
      }
      async play(): Promise<void> {}
    }
    vi.stubGlobal("RTCPeerConnection", Peer);
    vi.stubGlobal("MediaStream", class {});
    vi.stubGlobal("Audio", Element);
  }

  get last(): FakePeer {
    const peer = this.all.at(-1);
    if (!peer) throw new Error("nobody called");
    return peer;
  }

  /** Peers that were not closed: none, once a call is over. */
  get open(): FakePeer[] {
    return this.all.filter(({ connectionState }) => connectionState !== "closed");
  }
}
