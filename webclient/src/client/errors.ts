/** What can go wrong, as errors to tell and to throw. */

import type { CallError } from "./types.ts";
import { ENDS, OWN, REMEDIES } from "./words.ts";

/** Why the server ends calls, in the order of its close codes. */
const REASONS = ["idle", "limit", "drained", "ended", "too_slow", "rate"];
const FIRST_CLOSE_CODE = 4001;

const MICROPHONE: Record<string, string> = {
  NotAllowedError: "microphone_denied",
  SecurityError: "microphone_denied",
  NotFoundError: "microphone_missing",
  OverconstrainedError: "microphone_missing",
  NotReadableError: "microphone_in_use",
  AbortError: "microphone_in_use",
};

/** An error of the client's own, by its code. */
export function ownError(code: string): CallError {
  const [message, remedy] = OWN[code] ?? OWN.page_failed ?? ["", ""];
  return { code, message, remedy };
}

/** A refusal, from the server's `detail`. */
export function refused(code: string, message: string): CallError {
  return { code, message, remedy: REMEDIES[code] ?? "Try again, or tell whoever runs the server." };
}

/** The end of a call by the server; null for the ends that everybody expects. */
export function ended(reason: string): CallError | null {
  const words = ENDS[reason];
  return words ? { code: reason, message: words[0], remedy: words[1] } : null;
}

/** The reason for the end of a call that a close code stands for; null for a connection that was lost. */
export function endReason(closeCode: number): string | null {
  return REASONS[closeCode - FIRST_CLOSE_CODE] ?? null;
}

/** A fault of a stage, from `agent-error`: its message already says what to do. */
export function fault(stage: string, code: string, message: string): CallError {
  const [what = message, ...rest] = message.split("; ");
  const remedy = rest.join("; ");
  return { code, stage, message: `${what.replace(/[.;]$/, "")}.`, remedy: capital(remedy) };
}

/** The errors with one more, which is told once however often it comes. */
export function withError(errors: readonly CallError[], told: CallError): readonly CallError[] {
  const isSame = ({ code, stage, message }: CallError) =>
    code === told.code && stage === told.stage && message === told.message;
  return [...errors.filter((each) => !isSame(each)), told];
}

/** Raised where a connection cannot come about. */
export class CallProblem extends Error {
  constructor(
    readonly told: CallError,
    /** Whether the same may work a moment later. */
    readonly mayPass: boolean,
  ) {
    super(told.message);
  }
}

/** A problem of the client's own, by its code. */
export function problem(code: string, mayPass = false): CallProblem {
  return new CallProblem(ownError(code), mayPass);
}

/** From what `getUserMedia` threw. */
export function microphoneProblem(error: unknown): CallProblem {
  const name = error instanceof Error ? error.name : "";
  return problem(MICROPHONE[name] ?? "microphone_failed");
}

/** A connection that was closed, with this code, before the agent was ready. */
export function closedProblem(closeCode: number): CallProblem {
  const told = ended(endReason(closeCode) ?? "");
  return told ? new CallProblem(told, false) : problem("connection_lost", true);
}

/** What to tell of anything that was thrown. */
export function toldOf(error: unknown): CallError {
  return error instanceof CallProblem ? error.told : ownError("page_failed");
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
