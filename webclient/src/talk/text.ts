/** What the model has written, as one text: an empty line between answers, two between talks. */

import { unspoken } from "../page/ahead.ts";
import type { CallSnapshot } from "../react/useRealtimeAgent.ts";

/** All of the model's answers in this talk and what it is writing now, an empty line between them. */
export function textOf({ transcript, agentText }: Pick<CallSnapshot, "transcript" | "agentText">): string {
  const answers = transcript.filter(({ speaker }) => speaker === "agent");
  const isBeingSpoken = answers.some(({ isLive }) => isLive);
  const lines = answers.map(({ text, isLive }) => (isLive ? `${text} ${unspoken(agentText, text)}` : text));
  if (!isBeingSpoken) lines.push(agentText);
  return lines
    .map((line) => line.trim())
    .filter(Boolean)
    .join("\n\n");
}

/** The last answer that is complete; null before the first. */
export function lastAnswer({ transcript }: Pick<CallSnapshot, "transcript">) {
  return transcript.findLast(({ speaker, isLive }) => speaker === "agent" && !isLive) ?? null;
}

/**
 * The text of all talks with the newest one as it is now.
 *
 * `before` is the text of the talks before, after which the new one begins with a gap.
 */
export function withTalk(before: string, talk: string): string {
  return before && talk ? `${before}\n\n\n${talk}` : before || talk;
}
