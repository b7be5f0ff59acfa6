/** What a page knows of its call. The wire behind it is described in the server's docs/protocol.md. */

/** Where the connection stands. */
export type Status = "Disconnected" | "Connecting" | "Connected";

/** Whose turn it is, as the server tells it. */
export type AgentState = "listening" | "thinking" | "speaking" | "recovering_error";

export type Speaker = "user" | "agent";

/** One turn of the conversation, as it is being said or as it was stored. */
export interface Utterance {
  /** Stable while the utterance grows: fit for a React key. */
  readonly id: string;
  readonly speaker: Speaker;
  /** Empty where the user's turn is over and its words are still to come. */
  readonly text: string;
  /** Whether more of it may come. */
  readonly isLive: boolean;
  /** Its number in the stored transcript, once the server has it on disk: it cannot be lost any more. */
  readonly sequenceNumber: number | null;
}

/** What went wrong, in words for the person at the page. */
export interface CallError {
  /** A stable name: one of the server's codes, or one of the client's own (see errors.ts). */
  readonly code: string;
  /** What is wrong. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
  /** Where in the pipeline, for faults of the agent. */
  readonly stage?: string;
}

/** The parts of a turn's time, one after the other, in milliseconds. */
export interface TurnTime {
  /** Counted from 1, over all connections into the meeting. */
  readonly turn: number;
  /** From the end of the user's speech to the decision that the turn is over. */
  readonly endpointing: number;
  readonly stt: number;
  readonly llm: number;
  readonly tts: number;
  /** What the way to the server and back adds. */
  readonly network: number;
  /** From the arrival of the first audio to the first sample played. */
  readonly playback: number;
  /** From the end of the user's speech to the first sample played: the sum of all parts. */
  readonly total: number;
}

export interface Microphone {
  readonly id: string;
  readonly label: string;
}

/** Everything there is to show, replaced as a whole with every change. */
export interface CallSnapshot {
  readonly status: Status;
  /** null while there is no call. */
  readonly agentState: AgentState | null;
  /** Both sides' turns in order. Stays after the call, until the next one into another meeting. */
  readonly transcript: readonly Utterance[];
  /** What the agent's model has written of its present turn so far, ahead of the voice. */
  readonly agentText: string;
  /** The newest last; cleared by `connect` and `dismissErrors`. */
  readonly errors: readonly CallError[];
  readonly turnMetrics: readonly TurnTime[];
  readonly isMuted: boolean;
  readonly microphones: readonly Microphone[];
  readonly microphoneId: string | null;
  /** How often the agent's voice ran dry in this call. */
  readonly underruns: number;
  /** Why the server ended the call, if it did. */
  readonly endReason: string | null;
}

/** Gets a fresh call token: asked for with every connection and every attempt to come back. */
export type GetToken = () => Promise<string>;

/** How the audio travels. */
export type Transport = "websocket" | "webrtc";

export interface ConnectOptions {
  /** Where the engine is, as `https://voice.example.org`, with its prefix if it has one; default: where the page came from. */
  readonly serverUrl?: string;
  readonly transport?: Transport;
  /** How long to wait for each attempt, token included. Default 10 s. */
  readonly timeoutMs?: number;
  /** How long to try to come back after a lost connection: the server's `rejoin_secs`. Default 30 s. */
  readonly rejoinSecs?: number;
}

/** Levels change with every animation frame, so they are read instead of pushed. */
export interface Levels {
  /** Loudness of the microphone, 0 to 1. */
  readonly input: number;
  /** Loudness of the agent's voice as it is played, 0 to 1. */
  readonly output: number;
}
