/** Where the demo of the realtime model is, beside the page. */

/** The address below that of the page, and the name of the agent that it calls. */
export const TALK_TO_TEXT = "talk-to-text";

/** Whether this is the address of the demo, at whatever prefix the server is mounted. */
export function isTalkToText(pathname: string): boolean {
  return pathname.endsWith(`/${TALK_TO_TEXT}`);
}
