/** A call, without React: one object to connect, to watch and to hang up. */

import { createStore, type StoreApi } from "zustand/vanilla";
import { GIVE_UP_MS, waitMs } from "./backoff.ts";
import { type Address, Connection } from "./connection.ts";
import { CallProblem, ended, ownError } from "./errors.ts";
import { Listener } from "./listener.ts";
import type { Media } from "./media.ts";
import { Microphone } from "./microphone.ts";
import { Player } from "./player.ts";
import { NO_CALL, type Update } from "./snapshot.ts";
import type { CallSnapshot, ConnectOptions, GetToken, Levels } from "./types.ts";

const TIMEOUT_MS = 10_000;

/** Everything of one call that ends with it. */
interface Running {
  readonly meetingId: string;
  readonly getToken: GetToken | null;
  readonly options: ConnectOptions;
  readonly listener: Listener;
  media: Media | null;
  connection: Connection | null;
}

export class AgentCall {
  /** The snapshot, as a store to subscribe to. */
  readonly store: StoreApi<CallSnapshot> = createStore(() => NO_CALL);
  private running: Running | null = null;
  private meetingId: string | null = null;
  private microphoneId: string | null = null;

  /**
   * Connects to a meeting. Never throws: what goes wrong is told in `errors`.
   *
   * With a function that gets tokens, a lost connection comes back by itself; a plain token opens one
   * connection, once. Calling it during a call hangs up first.
   */
  async connect(meetingId: string, token: string | GetToken, options: ConnectOptions = {}): Promise<void> {
    await this.disconnect();
    this.begin(meetingId);
    const running: Running = {
      meetingId,
      getToken: typeof token === "string" ? null : token,
      options,
      listener: new Listener(this.update, (reason) => this.serverEnded(running, reason)),
      media: null,
      connection: null,
    };
    this.running = running;
    try {
      running.media = await this.openMedia(running);
      await this.dial(running, typeof token === "string" ? async () => token : token);
    } catch (error) {
      await this.fail(running, error);
    }
  }

  /** Hangs up; the conversation stays on the page. */
  async disconnect(): Promise<void> {
    const running = this.running;
    this.running = null;
    this.update(() => ({ status: "Disconnected", agentState: null, agentText: "" }));
    await running?.connection?.close();
    await running?.media?.microphone.close();
    await running?.media?.player.close();
  }

  /** Silences the microphone, or opens it again. */
  mute(isMuted: boolean): void {
    this.running?.media?.microphone.mute(isMuted);
    this.update(() => ({ isMuted }));
  }

  /** Listens with another microphone, now and from now on. */
  async chooseMicrophone(id: string): Promise<void> {
    this.microphoneId = id;
    try {
      await this.running?.media?.microphone.change(id);
      this.update(() => ({ microphoneId: id }));
    } catch (error) {
      this.tell(error);
    }
  }

  dismissErrors(): void {
    this.update(() => ({ errors: [] }));
  }

  /** How loud both sides are now. */
  levels(): Levels {
    const media = this.running?.media;
    return { input: media?.microphone.level ?? 0, output: media?.player.level ?? 0 };
  }

  private readonly update = (change: Update): void => {
    this.store.setState((before) => change(before));
  };

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

  private async openMedia(running: Running): Promise<Media> {
    const microphone = await Microphone.open(this.microphoneId);
    const player = await Player.open().catch(() => {
      void microphone.close();
      throw new CallProblem(ownError("audio_failed"), false);
    });
    const media: Media = { microphone, player, onAudio: () => {} };
    microphone.mute(this.store.getState().isMuted);
    microphone.onLost = () => this.tell(new CallProblem(ownError("microphone_lost"), false));
    running.listener.follow(media);
    const microphones = await Microphone.devices();
    this.update(() => ({ microphones, microphoneId: microphone.deviceId }));
    return media;
  }

  private async dial(running: Running, getToken: GetToken): Promise<void> {
    const { serverUrl = location.origin, timeoutMs = TIMEOUT_MS } = running.options;
    const token = await getToken().catch(noToken);
    if (running !== this.running || !running.media) return;
    const address: Address = { serverUrl, meetingId: running.meetingId, token };
    const events = running.listener.events((code) => this.lost(running, code));
    const connection = await Connection.open(address, running.media, events, timeoutMs);
    if (running !== this.running) return connection.close();
    running.connection = connection;
    this.update(() => ({ status: "Connected" }));
  }

  /** The connection is gone without our doing. */
  private lost(running: Running, _code: number): void {
    if (running !== this.running) return;
    running.connection = null;
    running.media?.player.flush();
    if (running.getToken) void this.reconnect(running, running.getToken);
    else void this.fail(running, new CallProblem(ownError("connection_lost"), true));
  }

  private async reconnect(running: Running, getToken: GetToken): Promise<void> {
    this.update(() => ({ status: "Connecting", agentState: null, agentText: "" }));
    const giveUpAt = performance.now() + GIVE_UP_MS;
    for (let attempt = 0; running === this.running; attempt++) {
      await new Promise((resolve) => setTimeout(resolve, waitMs(attempt)));
      if (running !== this.running) return;
      try {
        return await this.dial(running, getToken);
      } catch (error) {
        const isFinal = !(error instanceof CallProblem) || !error.mayPass;
        if (isFinal || performance.now() > giveUpAt) return this.fail(running, error);
      }
    }
  }

  private serverEnded(running: Running, reason: string): void {
    if (running !== this.running) return;
    const told = ended(reason);
    this.update(({ errors }) => ({ endReason: reason, errors: told ? [...errors, told] : errors }));
    void this.disconnect();
  }

  private async fail(running: Running, error: unknown): Promise<void> {
    if (running !== this.running) return;
    this.tell(error);
    await this.disconnect();
  }

  private tell(error: unknown): void {
    const told = error instanceof CallProblem ? error.told : ownError("connection_lost");
    this.update(({ errors }) => ({ errors: [...errors, told] }));
  }
}

function noToken(error: unknown): never {
  throw error instanceof CallProblem ? error : new CallProblem(ownError("token_unavailable"), true);
}
