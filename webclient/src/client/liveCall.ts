/** One call from Connect to its end: keeps the connection up, and leaves nothing behind. */

import { Backoff } from "./backoff.ts";
import { Connection, libraries } from "./connection.ts";
import { CallProblem, endReason, problem } from "./errors.ts";
import { Listener } from "./listener.ts";
import { closeMedia, type Media, openMedia } from "./media.ts";
import type { Update } from "./snapshot.ts";
import type { ConnectOptions, GetToken, Transport } from "./types.ts";
import { pause, within } from "./wait.ts";

const TIMEOUT_MS = 10_000;
/** How long the server keeps a meeting open by default (`rejoin_secs`); whoever comes later is refused. */
const REJOIN_SECS = 30;

/** What a call is made with, and whom it tells. */
export interface Plan {
  readonly meetingId: string;
  readonly token: string | GetToken;
  readonly options: ConnectOptions;
  readonly microphoneId: string | null;
  readonly update: (change: Update) => void;
  /** Microphone and player are open, and not yet used. */
  readonly onMedia: (media: Media) => void;
  /** The call is over: by the server for `reason`, or because of `error`. */
  readonly onOver: (reason: string | null, error: unknown) => Promise<unknown>;
}

export class LiveCall {
  media: Media | null = null;
  private connection: Connection | null = null;
  private readonly over = new AbortController();
  private readonly listener: Listener;
  private readonly backoff: Backoff;

  constructor(private readonly plan: Plan) {
    this.listener = new Listener(plan.update, (reason) => void this.ended(reason));
    this.backoff = new Backoff(1000 * (plan.options.rejoinSecs ?? REJOIN_SECS));
  }

  /** Resolves once the call is connected, or over. */
  async start(): Promise<void> {
    try {
      this.over.signal.throwIfAborted();
      // Loaded while the person is asked for the microphone.
      libraries(this.transport).catch(() => {});
      await this.open();
      await this.dial();
    } catch (error) {
      await this.failed(error);
    }
  }

  /** Hangs up, whatever is going on. */
  async end(): Promise<void> {
    if (this.isOver) return;
    this.over.abort();
    this.listener.cut();
    const { connection, media } = this;
    this.connection = this.media = null;
    await Promise.all([connection?.close(), media && closeMedia(media)]);
  }

  private get transport(): Transport {
    return this.plan.options.transport ?? "websocket";
  }

  private get isOver(): boolean {
    return this.over.signal.aborted;
  }

  private async open(): Promise<void> {
    const media = await openMedia(this.plan.microphoneId, this.transport);
    if (this.isOver) return closeMedia(media);
    this.media = media;
    this.listener.follow(media);
    this.plan.onMedia(media);
  }

  private async dial(): Promise<void> {
    const { signal } = this.over;
    signal.throwIfAborted();
    const attempt = new AbortController();
    const ms = this.plan.options.timeoutMs ?? TIMEOUT_MS;
    try {
      await within(ms, signal, this.connect(attempt.signal), () => problem("timeout", true));
    } catch (error) {
      attempt.abort(error);
      throw error;
    }
    this.backoff.connected(performance.now());
    this.plan.update(() => ({ status: "Connected" }));
  }

  private async connect(signal: AbortSignal): Promise<void> {
    const { meetingId, options } = this.plan;
    const token = await this.token();
    if (signal.aborted || !this.media) return;
    const { serverUrl = location.origin } = options;
    const address = { serverUrl, transport: this.transport, meetingId, token };
    const events = this.listener.events((code) => this.lost(code));
    const connection = await Connection.open(address, this.media, events, signal);
    if (signal.aborted) return connection.close();
    this.connection = connection;
  }

  private async token(): Promise<string> {
    const { token } = this.plan;
    if (typeof token === "string") return token;
    try {
      return await token();
    } catch (error) {
      throw error instanceof CallProblem ? error : problem("token_unavailable", true);
    }
  }

  /** The connection is gone without our doing. */
  private lost(closeCode: number): void {
    if (this.isOver) return;
    const reason = endReason(closeCode);
    if (reason) return void this.ended(reason);
    void this.connection?.close();
    this.connection = null;
    this.listener.cut();
    if (typeof this.plan.token === "string") return void this.failed(problem("connection_lost"));
    this.plan.update(() => ({ status: "Connecting" }));
    void this.reconnect(problem("connection_lost"));
  }

  private async reconnect(lastProblem: unknown): Promise<void> {
    this.backoff.lost(performance.now());
    for (let why = lastProblem; !this.isOver; ) {
      const ms = this.backoff.nextMs(performance.now());
      if (ms === null) return this.failed(why);
      await pause(ms, this.over.signal);
      try {
        return await this.dial();
      } catch (error) {
        if (!(error instanceof CallProblem && error.mayPass)) return this.failed(error);
        why = error;
      }
    }
  }

  private async ended(reason: string): Promise<void> {
    if (!this.isOver) await this.plan.onOver(reason, null);
  }

  private async failed(error: unknown): Promise<void> {
    if (!this.isOver) await this.plan.onOver(null, error);
  }
}
