/** A call, without React: one object to connect, to watch and to hang up. */

import { createStore, type StoreApi } from "zustand/vanilla";
import { microphones } from "./devices.ts";
import { ended, ownError, toldOf, withError } from "./errors.ts";
import { LiveCall } from "./liveCall.ts";
import type { Media } from "./media.ts";
import { NO_CALL, type Update } from "./snapshot.ts";
import type { CallError, CallSnapshot, ConnectOptions, GetToken, Levels } from "./types.ts";

export class AgentCall {
  /** The snapshot, as a store to subscribe to. */
  readonly store: StoreApi<CallSnapshot> = createStore(() => NO_CALL);
  private live: LiveCall | null = null;
  private meetingId: string | null = null;
  private microphoneId: string | null = null;

  /**
   * Connects to a meeting. Resolves once connected, or once it is clear that this fails; it never
   * throws: what goes wrong is told in `errors`.
   *
   * With a function that gets tokens, a lost connection comes back by itself; a plain token opens one
   * connection, once. Calling it during a call hangs up first.
   */
  async connect(meetingId: string, token: string | GetToken, options: ConnectOptions = {}): Promise<void> {
    const live: LiveCall = new LiveCall({
      meetingId,
      token,
      options,
      microphoneId: this.microphoneId,
      update: (change) => live === this.live && this.update(change),
      onMedia: (media) => this.follow(media),
      onOver: async (reason, error) => live === this.live && this.over(reason, error),
    });
    const ending = this.live?.end();
    this.live = live;
    this.begin(meetingId);
    await ending;
    await live.start();
  }

  /** Hangs up; the conversation stays. */
  async disconnect(): Promise<void> {
    const { live } = this;
    const ending = live?.end();
    this.live = null;
    this.update(() => ({ status: "Disconnected" }));
    await ending;
  }

  /** Silences the microphone, or opens it again; it stays as it is for the next call. */
  mute(isMuted: boolean): void {
    this.live?.media?.microphone.mute(isMuted);
    this.update(() => ({ isMuted }));
  }

  /** Listens with another microphone, now and from now on. */
  async chooseMicrophone(id: string): Promise<void> {
    this.microphoneId = id;
    try {
      await this.live?.media?.microphone.change(id);
      this.update(() => ({ microphoneId: id }));
    } catch (error) {
      this.tell(toldOf(error));
    }
  }

  dismissErrors(): void {
    this.update(() => ({ errors: [] }));
  }

  /** How loud both sides are now. */
  levels(): Levels {
    const media = this.live?.media;
    return { input: media?.microphone.level ?? 0, output: media?.player.level ?? 0 };
  }

  private begin(meetingId: string): void {
    const isOther = meetingId !== this.meetingId;
    this.meetingId = meetingId;
    this.update(() => ({
      status: "Connecting",
      errors: [],
      endReason: null,
      underruns: 0,
      ...(isOther ? { transcript: [], turnMetrics: [] } : {}),
    }));
  }

  private follow({ microphone }: Media): void {
    microphone.mute(this.store.getState().isMuted);
    microphone.onDevices = () => void this.listMicrophones();
    microphone.onMoved = (microphoneId) => {
      if (microphoneId === null) this.tell(ownError("microphone_lost"));
      this.update(() => ({ microphoneId }));
    };
    this.update(() => ({ microphoneId: microphone.deviceId }));
    void this.listMicrophones();
  }

  private async listMicrophones(): Promise<void> {
    const found = await microphones();
    this.update(() => ({ microphones: found }));
  }

  private async over(reason: string | null, error: unknown): Promise<void> {
    const told = reason === null ? toldOf(error) : ended(reason);
    if (told) this.tell(told);
    this.update(() => ({ endReason: reason }));
    await this.disconnect();
  }

  private tell(error: CallError): void {
    this.update(({ errors }) => ({ errors: withError(errors, error) }));
  }

  private update(change: Update): void {
    this.store.setState(change);
  }
}
