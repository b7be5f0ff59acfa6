/** Where the time of a turn went, from the end of the user's speech to the first sample played. */

import type { TurnTime } from "./types.ts";

/** What the server says of a turn; see `turn-metrics` in its docs/protocol.md. */
export interface ServerTurn {
  readonly turn: number;
  readonly ms: { endpointing: number; stt: number; llm: number; tts: number; total: number };
}

/** Louder than this is taken for speech: 30 dB below a voice close to the microphone. */
const VOICED_LEVEL = 0.006;

/** Notes the moments of a turn as they pass. Times are those of `performance.now()`. */
export class TurnClock {
  private lastVoicedMs: number | null = null;
  private endOfSpeechMs: number | null = null;
  private firstAudioMs: number | null = null;
  private firstPlayedMs: number | null = null;

  /** A frame of the microphone, `level` loud, while it is the user's turn. */
  heard(level: number, atMs: number): void {
    if (level >= VOICED_LEVEL) this.lastVoicedMs = atMs;
  }

  /** The server takes the turn to be over. */
  turnEnded(): void {
    this.endOfSpeechMs = this.lastVoicedMs;
    this.firstAudioMs = this.firstPlayedMs = null;
  }

  /** Audio has arrived. */
  arrived(atMs: number): void {
    this.firstAudioMs ??= atMs;
  }

  /** The first sample of it is played. */
  played(atMs: number): void {
    this.firstPlayedMs ??= atMs;
  }

  /**
   * The whole turn, in parts that add up.
   *
   * The way to the server and back is what is left of our own measure once the server's and the
   * player's parts are taken off: the two clocks are never compared.
   */
  time({ turn, ms }: ServerTurn): TurnTime {
    const { endpointing, stt, llm, tts } = ms;
    const playback = span(this.firstAudioMs, this.firstPlayedMs);
    const network = Math.max(0, span(this.endOfSpeechMs, this.firstPlayedMs) - ms.total - playback);
    return { turn, endpointing, stt, llm, tts, network, playback, total: ms.total + network + playback };
  }
}

function span(fromMs: number | null, toMs: number | null): number {
  return fromMs === null || toMs === null ? 0 : Math.max(0, Math.round(toMs - fromMs));
}
