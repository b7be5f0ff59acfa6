/** The browser's end of a peer connection: one voice each way, and a channel for messages. */

import { pause } from "../wait.ts";

/** For candidates behind a slow STUN or TURN server; what comes later is told one by one. */
const LONGEST_GATHERING_MS = 2_000;
/**
 * Without such servers the first candidates are all that is needed, and their end is not worth waiting for:
 * Chromium looks for relays and for TCP after them, each 50 ms later.
 */
const SETTLE_MS = 20;
/** How long the server is given to hang up when it is asked to. */
const GOODBYE_MS = 300;

export class Peer {
  onMessage: (text: string) => void = () => {};
  /** The other end is gone, or never came. */
  onGone: () => void = () => {};
  /** Called with the agent's voice. */
  onVoice: (track: MediaStreamTrack) => void = () => {};
  /** Called with each candidate; those of the time before are in the offer. */
  onCandidate: (candidate: RTCIceCandidate) => void = () => {};
  /** Resolves once messages can be sent. */
  readonly opened: Promise<void>;
  private readonly connection: RTCPeerConnection;
  private readonly channel: RTCDataChannel;
  private readonly sender: RTCRtpSender;

  /** `microphone` is what the other end hears, or nothing while there is none. */
  constructor(
    private readonly iceServers: RTCIceServer[],
    microphone: MediaStreamTrack | undefined,
  ) {
    this.connection = new RTCPeerConnection({ iceServers });
    this.sender = this.connection.addTransceiver(microphone ?? "audio").sender;
    this.channel = this.connection.createDataChannel("rtvi");
    this.channel.onmessage = ({ data }) => typeof data === "string" && this.onMessage(data);
    this.channel.onclose = () => this.onGone();
    this.opened = new Promise((resolve) => {
      this.channel.onopen = () => resolve();
    });
    this.connection.ontrack = ({ track }) => this.onVoice(track);
    this.connection.onicecandidate = ({ candidate }) => {
      // The server listens on UDP alone.
      if (candidate?.candidate && candidate.protocol !== "tcp") this.onCandidate(candidate);
    };
    this.connection.onconnectionstatechange = () => {
      if (/failed|closed/.test(this.connection.connectionState)) this.onGone();
    };
  }

  /** Our SDP, with the candidates that were found in time. */
  async offer(signal: AbortSignal): Promise<string> {
    await this.connection.setLocalDescription();
    await this.gathered(signal);
    return this.connection.localDescription?.sdp ?? "";
  }

  async accept(sdp: string): Promise<void> {
    await this.connection.setRemoteDescription({ type: "answer", sdp });
  }

  /** Lets the other end hear this track instead. */
  async use(track: MediaStreamTrack): Promise<void> {
    await this.sender.replaceTrack(track);
  }

  /** Sends where there is somebody to send to. */
  send(text: string): void {
    if (this.channel.readyState !== "open") return;
    try {
      this.channel.send(text);
    } catch {
      // Too much waits to be sent: nobody takes it, and that is noticed elsewhere.
    }
  }

  stats(): Promise<RTCStatsReport> {
    return this.connection.getStats();
  }

  /** Hangs up; `goodbye`, where it can be sent, asks the other end to do the same. */
  async close(goodbye: string): Promise<void> {
    this.onMessage = this.onGone = this.onVoice = this.onCandidate = () => {};
    if (this.channel.readyState === "open") {
      const left = new AbortController();
      this.onGone = () => left.abort();
      this.send(goodbye);
      await pause(GOODBYE_MS, left.signal);
    }
    this.connection.close();
  }

  private async gathered(signal: AbortSignal): Promise<void> {
    const { connection, iceServers } = this;
    const enough = new AbortController();
    const stop = () => enough.abort();
    const until = { signal: enough.signal };
    const look = () => connection.iceGatheringState === "complete" && stop();
    connection.addEventListener("icegatheringstatechange", look, until);
    const settle = () => void pause(SETTLE_MS, enough.signal).then(stop);
    if (iceServers.length === 0) connection.addEventListener("icecandidate", settle, until);
    signal.addEventListener("abort", stop, until);
    look();
    if (signal.aborted) stop();
    await pause(LONGEST_GATHERING_MS, enough.signal);
    stop();
    signal.throwIfAborted();
  }
}
