/** The conversation as it is being said, and then as it is stored. */

import type { Speaker, Utterance } from "./types.ts";

export type Conversation = readonly Utterance[];

/** What a `transcript-chunk` brings. */
export interface Chunk {
  readonly sequenceNumber: number;
  readonly speakerType: Speaker;
  readonly text: string;
}

/**
 * The user's words so far: interim ones replace each other, final ones are added up.
 *
 * They belong to the earliest turn that still waits for words: who answers need not wait for them.
 */
export function userSaid(conversation: Conversation, text: string, isFinal: boolean): Conversation {
  const live = firstLive(conversation, "user");
  const settled = live?.settled ?? "";
  const said = join(settled, text);
  return grown(conversation, "user", said, isFinal ? said : settled);
}

/**
 * The user's turn is over: it has its place from now on, even if its words come during the answer.
 *
 * A turn before it that was answered without any words gets none any more.
 */
export function userTurnEnded(conversation: Conversation): Conversation {
  const isAnswered = (at: number) =>
    conversation.slice(at).some(({ speaker, isLive }) => speaker === "agent" && !isLive);
  const heard = conversation.filter((each, at) => !(isWordless(each) && isAnswered(at)));
  return firstLive(heard, "user") ? heard : grown(heard, "user", "", "");
}

/** It is the user's turn again: what was written down is complete, and what nobody answered was nothing. */
export function userTurnBegins(conversation: Conversation): Conversation {
  const lastHeard = conversation.findLastIndex((each) => !isWordless(each));
  return conversation
    .slice(0, lastHeard + 1)
    .map((each) => (isWrittenDown(each as Live) ? { ...each, isLive: false } : each));
}

/** What the agent has really said so far, sentence by sentence. */
export function agentSaid(conversation: Conversation, text: string): Conversation {
  const said = join(firstLive(conversation, "agent")?.text ?? "", text);
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
  const said = unstored(conversation, chunk);
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
  const kept = conversation.map((each) => (each === said ? final : each));
  if (chunk.speakerType === "user") return kept;
  // The server stores an answer after what it answers: words that are not here by now never come.
  return kept.filter((each, at) => !(isWordless(each) && at < kept.indexOf(final)));
}

/** What the agent has spoken of a turn that it is not done with: its model may write one in several parts. */
export function spokenBefore(conversation: Conversation): string {
  const spoken = firstLive(conversation, "agent")?.text;
  return spoken ? `${spoken} ` : "";
}

/** Whoever was speaking has finished, stored or not. */
export function finished(conversation: Conversation, speaker: Speaker): Conversation {
  if (!firstLive(conversation, speaker)) return conversation;
  return conversation
    .filter((each) => each.speaker !== speaker || !isWordless(each))
    .map((each) => (each.isLive && each.speaker === speaker ? { ...each, isLive: false } : each));
}

/** The id of the utterance that comes next. Utterances are only ever added at the end. */
export function freshId(conversation: Conversation): string {
  return `u${Number(conversation.at(-1)?.id.slice(1) ?? 0) + 1}`;
}

interface Live extends Utterance {
  /** The part that no interim result can change any more. */
  readonly settled: string;
}

function grown(conversation: Conversation, speaker: Speaker, text: string, settled: string): Conversation {
  const live = firstLive(conversation, speaker);
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

function firstLive(conversation: Conversation, speaker: Speaker): Live | undefined {
  return conversation.find((each) => each.isLive && each.speaker === speaker) as Live | undefined;
}

/** A turn of the user whose words are still to come. */
function isWordless({ speaker, text, sequenceNumber }: Utterance): boolean {
  return speaker === "user" && text === "" && sequenceNumber === null;
}

/** Whether the user's words are all final. */
function isWrittenDown({ speaker, text, settled }: Live): boolean {
  return speaker === "user" && text !== "" && text === settled;
}

/** What the chunk is about, of what its speaker said: the same words, else the newest. */
function unstored(conversation: Conversation, { speakerType, text }: Chunk): Utterance | undefined {
  const last = lastUnstored(conversation, speakerType);
  const isTheSame = (each: Utterance) =>
    each.speaker === speakerType && each.sequenceNumber === null && each.text === text;
  return last && (conversation.find(isTheSame) ?? last);
}

/** What that speaker said since the last turn of theirs that was stored. */
function lastUnstored(conversation: Conversation, speaker: Speaker): Utterance | undefined {
  const last = conversation.findLast((each) => each.speaker === speaker);
  return last?.sequenceNumber === null ? last : undefined;
}

function join(first: string, second: string): string {
  return [first.trim(), second.trim()].filter(Boolean).join(" ");
}
