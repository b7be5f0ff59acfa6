/** Turns what a connection brings into what a page shows. */

import type { ConnectionEvents, ServerMessage } from "./connection.ts";
import { fault } from "./errors.ts";
import type { Media } from "./media.ts";
import type { Update } from "./snapshot.ts";
import { agentSaid, type Chunk, finished, stored, userSaid } from "./transcript.ts";
import { type ServerTurn, TurnClock } from "./turnTime.ts";
import type { AgentState } from "./types.ts";

export class Listener {
  private readonly clock = new TurnClock();
  private media: Media | null = null;
  private state: AgentState | null = null;

  constructor(
    private readonly update: (change: Update) => void,
    private readonly onEnded: (reason: string) => void,
  ) {}

  /** Watches the sound of this call. */
  follow(media: Media): void {
    this.media = media;
    media.onAudio = () => this.clock.arrived(performance.now());
    media.microphone.onLevel = (level) => {
      if (this.state === "listening") this.clock.heard(level, performance.now());
    };
    media.player.onStarted = (atMs) => this.clock.played(atMs);
    media.player.onUnderruns = (underruns) => this.update(() => ({ underruns }));
  }

  /** What one connection of this call may bring. */
  events(onClosed: (code: number) => void): ConnectionEvents {
    return {
      onClosed,
      onServerMessage: (message) => this.read(message),
      onUserText: (text, isFinal) =>
        this.update(({ transcript }) => ({ transcript: userSaid(transcript, text, isFinal) })),
      onAgentTextStarted: () => this.update(() => ({ agentText: "" })),
      onAgentText: (text) => this.update(({ agentText }) => ({ agentText: agentText + text })),
      onSpokenText: (text) => this.update(({ transcript }) => ({ transcript: agentSaid(transcript, text) })),
      onVoiceEnded: () => this.media?.player.end(),
    };
  }

  private read(message: ServerMessage): void {
    const said = message as unknown;
    if (message.type === "agent-state") this.moved(message.state as AgentState);
    else if (message.type === "turn-metrics") this.timed(said as ServerTurn);
    else if (message.type === "agent-error") this.failed(message);
    else if (message.type === "transcript-chunk") this.kept(said as Chunk);
    else if (message.type === "interruption") this.media?.player.flush();
    else if (message.type === "call-ended") this.onEnded(String(message.reason));
  }

  private kept(chunk: Chunk): void {
    this.update(({ transcript }) => ({ transcript: stored(transcript, chunk) }));
  }

  private moved(state: AgentState): void {
    if (state === "thinking") this.clock.turnEnded();
    if (state === "listening" && this.state !== "listening") this.agentFinished();
    this.state = state;
    this.update(() => ({ agentState: state }));
  }

  private agentFinished(): void {
    this.update(({ transcript }) => ({ transcript: finished(transcript, "agent"), agentText: "" }));
  }

  private timed(turn: ServerTurn): void {
    const time = this.clock.time(turn);
    this.update(({ turnMetrics }) => ({ turnMetrics: [...turnMetrics, time] }));
  }

  private failed({ stage, code, message }: ServerMessage): void {
    const told = fault(String(stage), String(code), String(message));
    this.update(({ errors }) => ({ errors: [...errors, told] }));
  }
}
