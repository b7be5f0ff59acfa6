/** What a person is told when something goes wrong: the one place for these words. */

export type Words = readonly [message: string, remedy: string];

/** Of the client itself. */
export const OWN: Record<string, Words> = {
  microphone_denied: [
    "The microphone is blocked for this page.",
    "Allow it with the icon beside the address, then try again.",
  ],
  microphone_missing: ["No microphone was found.", "Plug one in, then try again."],
  microphone_in_use: [
    "The microphone is used by another program.",
    "Close that program, or choose another microphone.",
  ],
  microphone_lost: ["The microphone was unplugged.", "Plug it in or choose another one."],
  microphone_failed: ["The microphone could not be started.", "Choose another one, or reload the page."],
  insecure_origin: [
    "Browsers give the microphone to secure pages only.",
    "Open this page over https, or as http://localhost.",
  ],
  unreachable: ["The server cannot be reached.", "Check your connection and that the server is running."],
  webrtc_missing: ["This browser has no WebRTC.", "Choose WebSocket as the connection, or another browser."],
  webrtc_blocked: [
    "The network lets no WebRTC call through to the server.",
    "Choose WebSocket as the connection, or another network.",
  ],
  timeout: ["The server did not answer in time.", "Try again in a moment."],
  connection_lost: ["The connection was lost.", "Connect again to go on with the conversation."],
  page_failed: ["The page could not start the call.", "Reload the page, then try again."],
  page_outdated: ["A part of this page could not be loaded.", "Reload the page, then try again."],
  audio_failed: ["The browser could not start playing audio.", "Reload the page, then try again."],
  token_unavailable: ["No call token could be had.", "Reload the page, or sign in again."],
};

/** What to do about a refusal of the server, whose own message says what is wrong. */
export const REMEDIES: Record<string, string> = {
  token_missing: "Open the page with the link that you were given.",
  token_invalid: "Ask whoever gave you the link for a new one.",
  token_expired: "Ask for a new link and open it within a minute.",
  token_used: "Each link opens one call; ask for a new one.",
  api_key_invalid: "Check the key and enter it again.",
  meeting_mismatch: "Ask for a link that belongs together.",
  meeting_not_found: "Check the link, or start a new conversation.",
  meeting_over: "Start a new conversation.",
  agent_unknown: "Choose another agent.",
  origin_refused: "Whoever runs the server has to allow this page.",
  too_many_calls_of_user: "End your other call first.",
  too_many_calls: "Try again in a minute.",
  draining: "Try again in a minute.",
  upstream_failed: "Try again in a minute; if it stays, whoever runs the server has to look.",
  database_unavailable: "Try again in a minute.",
  too_slow: "Check your connection, then try again.",
  rate: "Reload the page, then try again.",
};

/** Why the server ended a call, where that is worth a word. */
export const ENDS: Record<string, Words> = {
  idle: ["The call ended because nobody spoke.", "Start again whenever you like."],
  limit: ["The call has reached its longest time.", "Start a new conversation."],
  drained: ["The server is restarting.", "Try again in a minute."],
  too_slow: ["This device could not keep up with the call.", "Check your connection, then try again."],
  rate: ["The page sent more than a microphone can.", "Reload the page, then try again."],
};
