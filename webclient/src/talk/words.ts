/** What the demo says in its own words. */

import { WORDS, type Words } from "../page/StateOrb.tsx";
import type { CallError } from "../react/useRealtimeAgent.ts";
import { TALK_TO_TEXT } from "./route.ts";

export const TALK_WORDS: Words = {
  ...WORDS,
  off: ["Ready", "Press Start and speak."],
  over: ["Stopped", "The text stays until you leave this page."],
  connecting: ["One moment", "Getting in touch with the model."],
  thinking: ["Thinking", "The model has heard you."],
  speaking: ["Writing", "The model is answering."],
};

export const NO_AGENT: CallError = {
  code: "agent_unknown",
  message: `This server has no agent named ${TALK_TO_TEXT}.`,
  remedy: `Add a table [agents.${TALK_TO_TEXT}] to its settings.toml.`,
};

const OWN: Record<string, CallError> = {
  agent_unknown: NO_AGENT,
  meetings_are_external: {
    code: "meetings_are_external",
    message: "Another application makes this server's meetings, and the demo needs one of its own.",
    remedy: "Run the demo on a server with SQLite.",
  },
};

/** The error in the words of this page, where the general ones would send people the wrong way. */
export function reworded(error: CallError): CallError {
  return OWN[error.code] ?? error;
}
