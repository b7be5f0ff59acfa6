/** The core: a call without React. */

export { AgentCall } from "./call.ts";
export type * from "./types.ts";
