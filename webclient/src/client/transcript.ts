/** The conversation as it is being said, and then as it is stored. */

import type { Speaker, Utterance } from "./types.ts";

export type Conversation = readonly Utterance[];

/** What a `transcript-chunk` brings. */
export interface Chunk {
  readonly sequenceNumber: number;
  readonly speakerType: Speaker;
  readonly text: string;
}

/** The user's words so far: interim ones replace each other, final ones are added up. */
export function userSaid(conversation: Conversation, text: string, isFinal: boolean): Conversation {
  const live = lastLive(conversation, "user");
  const settled = live?.settled ?? "";
  const said = join(settled, text);
  return grown(conversation, "user", said, isFinal ? said : settled);
}

/** What the agent has really said so far, sentence by sentence. */
export function agentSaid(conversation: Conversation, text: string): Conversation {
  const said = join(lastLive(conversation, "agent")?.text ?? "", text);
  return grown(conversation, "agent", said, said);
}

/** An answer that was only written: nobody has spoken it, and nobody will. */
export function agentWrote(conversation: Conversation, text: string): Conversation {
  const wrote = text.trim();
  return wrote ? finished(grown(conversation, "agent", wrote, wrote), "agent") : conversation;
}

/** Whether the last turn of that speaker, if there is any, is stored: what is stored next is not here yet. */
export function isAllStored(conversation: Conversation, speaker: Speaker): boolean {
  return lastUnstored(conversation, speaker) === undefined;
}

/**
 * A turn as it was stored: it takes the place of what was said live, once.
 *
 * The disk may take its time: that speaker may have finished by then, and the other one have begun.
 */
export function stored(conversation: Conversation, chunk: Chunk): Conversation {
  if (conversation.some((each) => each.sequenceNumber === chunk.sequenceNumber)) return conversation;
  const said = lastUnstored(conversation, chunk.speakerType);
  const id = said?.id ?? freshId(conversation);
  const final: Live = {
    id,
    speaker: chunk.speakerType,
    text: chunk.text,
    settled: chunk.text,
    isLive: false,
    sequenceNumber: chunk.sequenceNumber,
  };
  if (!said) return [...conversation, final];
  return conversation.map((each) => (each === said ? final : each));
}

/** What the agent has spoken of a turn that it is not done with: its model may write one in several parts. */
export function spokenBefore(conversation: Conversation): string {
  const spoken = lastLive(conversation, "agent")?.text;
  return spoken ? `${spoken} ` : "";
}

/** Whoever was speaking has finished, stored or not. */
export function finished(conversation: Conversation, speaker: Speaker): Conversation {
  const live = lastLive(conversation, speaker);
  return live
    ? conversation.map((each) => (each === live ? { ...live, isLive: false } : each))
    : conversation;
}

interface Live extends Utterance {
  /** The part that no interim result can change any more. */
  readonly settled: string;
}

function grown(conversation: Conversation, speaker: Speaker, text: string, settled: string): Conversation {
  const live = lastLive(conversation, speaker);
  if (live) return conversation.map((each) => (each === live ? { ...live, text, settled } : each));
  const fresh: Live = {
    id: freshId(conversation),
    speaker,
    text,
    settled,
    isLive: true,
    sequenceNumber: null,
  };
  return [...conversation, fresh];
}

function lastLive(conversation: Conversation, speaker: Speaker): Live | undefined {
  return conversation.findLast((each) => each.isLive && each.speaker === speaker) as Live | undefined;
}

/** What that speaker said since the last turn of theirs that was stored. */
function lastUnstored(conversation: Conversation, speaker: Speaker): Utterance | undefined {
  const last = conversation.findLast((each) => each.speaker === speaker);
  return last?.sequenceNumber === null ? last : undefined;
}

function freshId(conversation: Conversation): string {
  return `u${conversation.length + 1}`;
}

function join(first: string, second: string): string {
  return [first.trim(), second.trim()].filter(Boolean).join(" ");
}
