/** What the demo says in words of its own. */

import type { Words as Telling } from "../client/words.ts";
import { type Words as StateWords, WORDS } from "../page/StateOrb.tsx";
import type { CallError } from "../react/useRealtimeAgent.ts";
import { TALK_TO_TEXT } from "./route.ts";

export const STATE_WORDS: StateWords = {
  ...WORDS,
  off: ["Ready", "Press Start and speak."],
  over: ["Stopped", "The text stays until you leave this page."],
  connecting: ["One moment", "Getting in touch with the model."],
  thinking: ["Thinking", "The model has heard you."],
  speaking: ["Writing", "The model is answering."],
};

const ELSEWHERE = "Hear an agent over WebSocket instead, or come back with another browser or network.";

/** For errors whose general words speak of what this page does not have: a picker, a link, the same meeting again. */
const OWN: Record<string, Telling> = {
  agent_unknown: [
    `This server has no agent named ${TALK_TO_TEXT}.`,
    `Add a table [agents.${TALK_TO_TEXT}] to its settings.toml.`,
  ],
  meetings_are_external: [
    "Another application makes this server's meetings, and the demo needs one of its own.",
    "Run the demo on a server with SQLite.",
  ],
  microphone_in_use: ["The microphone is used by another program.", "Close that program, then try again."],
  microphone_lost: ["The microphone was unplugged.", "Plug it in again."],
  microphone_failed: ["The microphone could not be started.", "Reload the page, then try again."],
  webrtc_missing: ["This browser has no WebRTC, over which the demo runs.", ELSEWHERE],
  webrtc_blocked: ["The network lets no WebRTC call through to the server.", ELSEWHERE],
  connection_lost: ["The connection was lost.", "Press Start for a new talk."],
};

export function reworded(error: CallError): CallError {
  const [message, remedy] = OWN[error.code] ?? [error.message, error.remedy];
  return { ...error, message, remedy };
}

export const NO_AGENT = reworded({ code: "agent_unknown", message: "", remedy: "" });
