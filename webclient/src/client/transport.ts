/**
 * Our ways to the server, as the transport that Pipecat's client asks for.
 *
 * The library's own transports bring a media manager that loads code from elsewhere at run time, and four
 * times the size. Devices are the business of microphone.ts and player.ts, so nothing is done about them here.
 */

import {
  type PipecatClientOptions,
  RTVIMessage,
  Transport,
  type TransportState,
} from "@pipecat-ai/client-js";
import type { Line } from "./line.ts";

export class CallTransport extends Transport {
  readonly isMicEnabled = true;
  readonly isCamEnabled = false;
  readonly isSharingScreen = false;
  readonly selectedMic = {};
  readonly selectedCam = {};
  readonly selectedSpeaker = {};

  constructor(private readonly line: Line) {
    super();
  }

  override initialize(options: PipecatClientOptions, onMessage: (message: RTVIMessage) => void): void {
    this._options = options;
    this._callbacks = options.callbacks ?? {};
    this._onMessage = onMessage;
    this.line.onMessage = (message) => isWanted(message) && onMessage(message);
  }

  override get state(): TransportState {
    return this._state;
  }

  override set state(state: TransportState) {
    this._state = state;
  }

  override async initDevices(): Promise<void> {
    this.state = "initialized";
  }

  override _validateConnectionParams(): void {}

  override async _connect(): Promise<void> {
    const { signal } = this._abortController as AbortController;
    this.state = "connecting";
    await this.line.open(signal);
    signal.throwIfAborted();
    this.state = "connected";
  }

  override async _disconnect(): Promise<void> {
    this.state = "disconnecting";
    await this.line.close();
    this.state = "disconnected";
  }

  override sendReadyMessage(): void {
    this.state = "ready";
    this.line.begin();
    this.sendMessage(RTVIMessage.clientReady());
  }

  override sendMessage(message: RTVIMessage): void {
    this.line.send(message);
  }

  override tracks() {
    return { local: {} };
  }

  override getAllMics = none;
  override getAllCams = none;
  override getAllSpeakers = none;
  override updateMic(): void {}
  override updateCam(): void {}
  override updateSpeaker(): void {}
  override enableMic(): void {}
  override enableCam(): void {}
  override enableScreenShare(): void {}
}

async function none(): Promise<MediaDeviceInfo[]> {
  return [];
}

/** Errors come as `agent-error` too; at a fatal one, the library would hang up for good. */
function isWanted({ label, type }: RTVIMessage): boolean {
  return label === "rtvi-ai" && type !== "error";
}
