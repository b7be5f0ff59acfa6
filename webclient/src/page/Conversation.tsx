/** What both sides say, as it is said. */

import { useRef } from "react";
import { freshId } from "../client/transcript.ts";
import type { Utterance } from "../react/useRealtimeAgent.ts";
import { unspoken } from "./ahead.ts";
import { ToEndButton } from "./ToEndButton.tsx";
import { useStickToEnd } from "./useStickToEnd.ts";

interface Props {
  transcript: readonly Utterance[];
  /** What the agent's model has written of its present turn. */
  agentText: string;
  /** Whether the agent only writes. A voice that reads out what is being heard would talk over it. */
  isReadOut: boolean;
}

export function Conversation({ transcript, agentText, isReadOut }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const lines = withAhead(transcript, agentText);
  const end = useStickToEnd(box);
  return (
    <section className="panel conversation" aria-labelledby="conversation">
      <h2 id="conversation">Conversation</h2>
      <div
        className="log"
        role="log"
        aria-labelledby="conversation"
        aria-live={isReadOut ? "polite" : "off"}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse scrolls it with the keys
        tabIndex={0}
        ref={box}
        onScroll={end.onScroll}
      >
        {lines.length === 0 && (
          <p className="empty">What you say, and what the agent answers, appears here.</p>
        )}
        {lines.map((line) => (
          <Line key={line.id} {...line} />
        ))}
      </div>
      <ToEndButton {...end} />
    </section>
  );
}

interface LineProps extends Utterance {
  /** Written, and not spoken yet. */
  readonly ahead: string;
}

function Line({ speaker, text, ahead, isLive, sequenceNumber }: LineProps) {
  return (
    <div className="line" data-speaker={speaker} data-live={isLive}>
      <span className="who">{speaker === "user" ? "You" : "Agent"}</span>
      <p>
        {text || (speaker === "user" && <span aria-hidden="true">…</span>)}{" "}
        {ahead && <span className="ahead">{ahead}</span>}
        {sequenceNumber !== null && <Kept />}
      </p>
    </div>
  );
}

function Kept() {
  return (
    <svg className="kept" viewBox="0 0 12 12" role="img" aria-label="kept">
      <title>Kept in the transcript</title>
      <path d="M2 6.5 5 9.5 10 3" />
    </svg>
  );
}

/** The conversation with what the agent is about to say. */
export function withAhead(transcript: readonly Utterance[], agentText: string): readonly LineProps[] {
  const lines = transcript.map((each) => {
    const isBeingSaid = each.isLive && each.speaker === "agent";
    return { ...each, ahead: isBeingSaid ? unspoken(agentText, each.text) : "" };
  });
  const isSpoken = transcript.some(({ isLive, speaker }) => isLive && speaker === "agent");
  if (!agentText.trim() || isSpoken || transcript.at(-1)?.speaker === "agent") return lines;
  // The id that this utterance will have once its first words are spoken.
  const id = freshId(transcript);
  const coming = { id, speaker: "agent", text: "", isLive: true, sequenceNumber: null } as const;
  return [...lines, { ...coming, ahead: agentText.trim() }];
}
