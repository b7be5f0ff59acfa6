/** Whose turn it is, at a glance: by colour, by shape, and in a word. */

import { useEffect, useRef } from "react";
import type { Levels } from "../react/useRealtimeAgent.ts";
import { meter } from "./levels.ts";
import { type Look, Orb } from "./orb.ts";
import { useFrame, wantsLittleMotion } from "./useFrame.ts";

/** A word for every look, and a sentence that says what it means for the person at the page. */
export type Words = Readonly<Record<Look | "over" | "muted", readonly [word: string, hint: string]>>;

export const WORDS: Words = {
  off: ["Ready", "Press Connect and talk."],
  over: ["Call ended", "What was said stays here until the next call."],
  connecting: ["One moment", "Getting in touch with the agent."],
  reconnecting: ["Reconnecting", "The connection was lost. It comes back by itself."],
  listening: ["Listening", "Your turn: just speak."],
  muted: ["Muted", "Unmute to be heard."],
  thinking: ["Thinking", "The agent has heard you."],
  speaking: ["Speaking", "The agent is answering."],
  recovering_error: ["Recovering", "Something failed. The call goes on: say it again in a moment."],
};

interface Props {
  look: Look;
  /** Whether a call was had and is over. */
  isOver: boolean;
  isMuted: boolean;
  levels: () => Levels;
  words?: Words;
}

export function StateOrb({ look, isOver, isMuted, levels, words = WORDS }: Props) {
  const [word, hint] = words[lookInWords(look, isOver, isMuted)];
  return (
    <div className="orb" data-look={look} data-muted={isMuted}>
      <Drawing look={look} levels={levels} />
      <p className="word" aria-live="polite">
        {word}
      </p>
      <p className="hint">{hint}</p>
    </div>
  );
}

function lookInWords(look: Look, isOver: boolean, isMuted: boolean): keyof Words {
  if (look === "off" && isOver) return "over";
  return look === "listening" && isMuted ? "muted" : look;
}

function Drawing({ look, levels }: Pick<Props, "look" | "levels">) {
  const orb = useRef<Orb>(null);
  orb.current ??= new Orb();
  const ticks = useRef<SVGPathElement>(null);
  const core = useRef<SVGCircleElement>(null);
  const isMoving = look !== "off" && !wantsLittleMotion();
  const paint = () => {
    ticks.current?.setAttribute("d", orb.current?.path ?? "");
    core.current?.setAttribute("r", String(orb.current?.coreRadius ?? 0));
  };
  useEffect(() => {
    if (isMoving) return;
    orb.current?.rest(look);
    paint();
  });
  useFrame((nowMs) => {
    const { input, output } = levels();
    orb.current?.advance(look, meter(look === "speaking" ? output : input), nowMs);
    paint();
  }, isMoving);
  return (
    <svg viewBox="-110 -110 220 220" aria-hidden="true">
      <path className="ticks" ref={ticks} />
      <circle className="core" ref={core} />
      <g className="dots">
        <circle cx="-20" r="5" />
        <circle r="5" />
        <circle cx="20" r="5" />
      </g>
      <path className="again" d="M15 -13A20 20 0 1 0 20 3M17 -25V-12H4" />
    </svg>
  );
}
