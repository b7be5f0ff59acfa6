/** A browser's devices, without a browser: what is opened and closed can be counted. */

import { vi } from "vitest";

export class FakeTrack {
  onended: (() => void) | null = null;
  enabled = true;
  readyState: "live" | "ended" = "live";

  constructor(readonly deviceId: string) {}

  getSettings() {
    return { deviceId: this.deviceId };
  }

  stop(): void {
    this.readyState = "ended";
  }

  /** The device is pulled out. */
  pullOut(): void {
    this.readyState = "ended";
    this.onended?.();
  }
}

class FakeStream {
  constructor(private readonly track: FakeTrack) {}
  getTracks = () => [this.track];
  getAudioTracks = () => [this.track];
}

class FakePort {
  onmessage: ((event: { data: unknown }) => void) | null = null;
  readonly sent: { type: string; samples?: Float32Array }[] = [];

  postMessage(message: { type: string }): void {
    this.sent.push(message);
  }

  /** As if the audio thread had sent it. */
  bring(data: unknown): void {
    this.onmessage?.({ data });
  }
}

export class FakeNode {
  readonly port = new FakePort();
  constructor(
    readonly context: FakeContext,
    readonly name: string,
  ) {
    context.devices.nodes.push(this);
  }
  connect(): void {}
  disconnect(): void {}
}

export class FakeContext extends EventTarget {
  devices!: FakeDevices;
  state: AudioContextState = "suspended";
  destination = {};
  outputLatency = 0.02;
  baseLatency = 0.01;
  timestamp: AudioTimestamp = {};
  audioWorklet = {
    addModule: async () => {
      if (this.devices.isWorkletBroken) throw new Error("blocked by policy");
    },
  };

  async resume(): Promise<void> {
    if (!this.devices.mayPlay) return new Promise(() => {});
    this.become("running");
  }

  async close(): Promise<void> {
    this.become("closed");
  }

  become(state: AudioContextState): void {
    this.state = state;
    this.dispatchEvent(new Event("statechange"));
  }

  createMediaStreamSource() {
    return { connect() {}, disconnect() {} };
  }

  getOutputTimestamp(): AudioTimestamp {
    return this.timestamp;
  }
}

/** Installs itself as the devices of this test. */
export class FakeDevices extends EventTarget {
  readonly tracks: FakeTrack[] = [];
  readonly contexts: FakeContext[] = [];
  readonly nodes: FakeNode[] = [];
  readonly page: EventTarget;
  microphones = ["desk", "headset"];
  /** Whether the page came over https, or from this machine. */
  isSecure = true;
  /** What `getUserMedia` throws. */
  refusal: string | null = null;
  /** Holds the question for the microphone back until it resolves. */
  answered: Promise<void> = Promise.resolve();
  /** How often `getUserMedia` was called. */
  asked = 0;
  isWorkletBroken = false;
  mayPlay = true;

  /** `page` is the document, where there is a real one. */
  constructor({ page = new EventTarget() } = {}) {
    super();
    this.page = page;
    const devices = this;
    class Context extends FakeContext {
      constructor() {
        super();
        this.devices = devices;
        devices.contexts.push(this);
      }
    }
    if (typeof window === "undefined") {
      const window = new EventTarget();
      vi.stubGlobal("window", window);
      vi.stubGlobal("document", page);
      for (const name of ["addEventListener", "removeEventListener", "dispatchEvent"] as const) {
        vi.stubGlobal(name, window[name].bind(window));
      }
    }
    Object.defineProperty(window, "isSecureContext", { get: () => this.isSecure, configurable: true });
    vi.stubGlobal("navigator", { mediaDevices: this });
    vi.stubGlobal("AudioContext", Context);
    vi.stubGlobal("AudioWorkletNode", FakeNode);
  }

  async getUserMedia({ audio }: { audio: { deviceId?: { exact: string } } }): Promise<FakeStream> {
    this.asked += 1;
    await this.answered;
    if (this.refusal) throw new DOMException("", this.refusal);
    const wanted = audio.deviceId?.exact ?? this.microphones[0];
    if (!wanted) throw new DOMException("", "NotFoundError");
    if (!this.microphones.includes(wanted)) throw new DOMException("", "OverconstrainedError");
    const track = new FakeTrack(wanted);
    this.tracks.push(track);
    return new FakeStream(track);
  }

  async enumerateDevices() {
    return this.microphones.map((deviceId) => ({ kind: "audioinput", deviceId, label: `The ${deviceId}` }));
  }

  plug(...microphones: string[]): void {
    this.microphones = microphones;
    this.dispatchEvent(new Event("devicechange"));
  }

  node(name: "turnwise-microphone" | "turnwise-player"): FakeNode {
    const node = this.nodes.findLast((each) => each.name === name);
    if (!node) throw new Error(`no ${name} was opened`);
    return node;
  }

  /** The user says something of this loudness for 20 ms. */
  speak(amplitude = 8_000): void {
    this.node("turnwise-microphone").port.bring(new Int16Array(320).fill(amplitude).buffer);
  }

  /** What the page asked its loudspeaker to do, as words. */
  get orders(): string[] {
    return this.node("turnwise-player").port.sent.map(({ type }) => type);
  }

  /** What is still open: nothing, once a call is over. */
  get open(): string[] {
    const tracks = this.tracks.filter((track) => track.readyState === "live").map(() => "track");
    return [...tracks, ...this.contexts.filter(({ state }) => state !== "closed").map(() => "context")];
  }
}
