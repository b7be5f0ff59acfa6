/** Turns what a connection brings into what a page shows. */

import type { ConnectionEvents, ServerMessage } from "./connection.ts";
import { fault, withError } from "./errors.ts";
import type { Media } from "./media.ts";
import type { Update } from "./snapshot.ts";
import {
  agentSaid,
  agentWrote,
  type Chunk,
  type Conversation,
  finished,
  isAllStored,
  spokenBefore,
  stored,
  userSaid,
  userTurnBegins,
  userTurnEnded,
} from "./transcript.ts";
import { type ServerTurn, TurnClock } from "./turnTime.ts";
import type { AgentState } from "./types.ts";

export class Listener {
  private readonly clock = new TurnClock();
  private media: Media | null = null;
  private state: AgentState | null = null;
  /** Whether the present turn of the agent has a voice. */
  private hasVoice = false;
  /** Whether it is only written: it began without a voice. An apology that is spoken later changes nothing. */
  private isWriting = false;

  constructor(
    private readonly update: (change: Update) => void,
    private readonly onEnded: (reason: string) => void,
  ) {}

  /** Watches the sound of this call. */
  follow(media: Media): void {
    this.media = media;
    media.player.onArrived = (atMs) => this.clock.arrived(atMs);
    media.microphone.onLevel = (level) => {
      if (this.state === "listening") this.clock.heard(level, performance.now());
    };
    media.player.onStarted = (atMs) => this.clock.played(atMs);
    media.player.onUnderruns = (underruns) => this.update(() => ({ underruns }));
  }

  /** The connection is gone: nobody goes on with what was being said. */
  cut(): void {
    this.media?.player.flush();
    this.agentFinished();
    this.state = null;
    this.update(({ transcript }) => ({ agentState: null, transcript: finished(transcript, "user") }));
  }

  /** What one connection of this call may bring. */
  events(onClosed: (code: number) => void): ConnectionEvents {
    return {
      onClosed,
      onServerMessage: (message) => this.read(message),
      onUserText: (text, isFinal) =>
        this.update(({ transcript }) => ({ transcript: userSaid(transcript, text, isFinal) })),
      onAgentTextStarted: () => this.update(({ transcript }) => ({ agentText: spokenBefore(transcript) })),
      onAgentText: (text) => this.update(({ agentText }) => ({ agentText: agentText + text })),
      onSpokenText: (text) => {
        this.isWriting = false;
        this.update(({ transcript }) => ({ transcript: agentSaid(transcript, text) }));
      },
      onVoiceStarted: () => {
        this.hasVoice = true;
      },
      onVoiceEnded: () => this.media?.player.end(),
    };
  }

  private read(message: ServerMessage): void {
    const said = message as unknown;
    if (message.type === "agent-state") this.moved(message.state as AgentState);
    else if (message.type === "turn-metrics") this.timed(said as ServerTurn);
    else if (message.type === "agent-error") this.failed(message);
    else if (message.type === "transcript-chunk") this.kept(said as Chunk);
    else if (message.type === "interruption") this.interrupted();
    else if (message.type === "call-ended") this.onEnded(String(message.reason));
  }

  private kept(chunk: Chunk): void {
    this.update(({ transcript, agentText }) => {
      // Stored before the agent was told to have finished.
      const isPresent = chunk.speakerType === "agent" && isAllStored(transcript, "agent");
      return {
        transcript: stored(transcript, chunk),
        agentText: isPresent && this.isWriting ? "" : agentText,
      };
    });
  }

  private moved(state: AgentState): void {
    if (state === "thinking") this.clock.turnEnded();
    if (state === "speaking") this.isWriting = !this.hasVoice;
    if (state === "listening" && this.state !== "listening") this.agentFinished();
    this.state = state;
    this.update(({ transcript }) => ({ agentState: state, transcript: taken(transcript, state) }));
  }

  /** What was not spoken is not said any more. */
  private interrupted(): void {
    this.media?.player.flush();
    this.agentFinished();
  }

  private agentFinished(): void {
    const { isWriting } = this;
    this.hasVoice = this.isWriting = false;
    this.update(({ transcript, agentText }) => ({
      transcript: isWriting ? agentWrote(transcript, agentText) : finished(transcript, "agent"),
      agentText: "",
    }));
  }

  private timed(turn: ServerTurn): void {
    const time = this.clock.time(turn);
    // The server counts the turns of one connection.
    this.update(({ turnMetrics }) => ({
      turnMetrics: [...turnMetrics, { ...time, turn: turnMetrics.length + 1 }],
    }));
  }

  private failed({ stage, code, message }: ServerMessage): void {
    const told = fault(String(stage), String(code), String(message));
    this.update(({ errors }) => ({ errors: withError(errors, told) }));
  }
}

/** The conversation with the user's place in it, as whose turn it is says. */
function taken(transcript: Conversation, state: AgentState): Conversation {
  if (state === "thinking") return userTurnEnded(transcript);
  return state === "listening" ? userTurnBegins(transcript) : transcript;
}
