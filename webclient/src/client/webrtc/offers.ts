/** The way on which both ends of a peer connection find each other: `/api/webrtc/offer`. */

import { problem } from "../errors.ts";
import { type Address, routeOf } from "../line.ts";
import { refusalOf } from "../refusal.ts";

/** All methods throw a CallProblem that says what is wrong, or the signal's reason. */
export class Offers {
  private told: (peerId: string) => void = () => {};
  private readonly peerId = new Promise<string>((resolve) => {
    this.told = resolve;
  });

  constructor(
    private readonly address: Address,
    private readonly signal: AbortSignal,
  ) {}

  /** The servers that help to find a way through a network. */
  async iceServers(): Promise<RTCIceServer[]> {
    const answer = await this.ask("GET");
    return answer.iceServers as RTCIceServer[];
  }

  /** Opens the call; returns the server's SDP. */
  async answerTo(sdp: string): Promise<string> {
    const { meetingId } = this.address;
    const answer = await this.ask("POST", { sdp, type: "offer", requestData: { meetingId } });
    this.told(String(answer.pc_id));
    return String(answer.sdp);
  }

  /** Tells of another way to us, which was found after the offer; waits until that was answered. */
  async add({ candidate, sdpMid, sdpMLineIndex }: RTCIceCandidate): Promise<void> {
    const found = { candidate, sdp_mid: sdpMid, sdp_mline_index: sdpMLineIndex };
    await this.ask("PATCH", { pc_id: await this.peerId, candidates: [found] });
  }

  private async ask(method: string, body?: object): Promise<Record<string, unknown>> {
    const { meetingId } = this.address;
    const url = routeOf(this.address, "webrtc/offer", method === "GET" ? { meetingId } : {});
    const answer = await fetch(url.replace(/\?$/, ""), this.request(method, body)).catch(() => {
      this.signal.throwIfAborted();
      throw problem("unreachable", true);
    });
    if (!answer.ok) throw await refusalOf(answer);
    return answer.json();
  }

  private request(method: string, body?: object): RequestInit {
    const headers = { Authorization: `Bearer ${this.address.token}`, "Content-Type": "application/json" };
    return { method, headers, body: body && JSON.stringify(body), cache: "no-store", signal: this.signal };
  }
}
