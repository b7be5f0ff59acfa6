/** The state of a page without a call, and how it changes. */

import type { CallSnapshot } from "./types.ts";

/** A change: the keys that are new. */
export type Update = (before: CallSnapshot) => Partial<CallSnapshot>;

export const NO_CALL: CallSnapshot = {
  status: "Disconnected",
  agentState: null,
  transcript: [],
  agentText: "",
  errors: [],
  turnMetrics: [],
  isMuted: false,
  microphones: [],
  microphoneId: null,
  underruns: 0,
  endReason: null,
};
