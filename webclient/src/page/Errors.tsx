/** What went wrong, and what to do about it. */

import type { CallError } from "../react/useRealtimeAgent.ts";

/** More than this at once would be a wall. */
const SHOWN = 2;

interface Props {
  errors: readonly CallError[];
  onDismiss: () => void;
}

export function Errors({ errors, onDismiss }: Props) {
  const all = counted(errors);
  const shown = all.slice(-SHOWN);
  const older = all.length - shown.length;
  return (
    <div className="errors" role="alert">
      {shown.length > 0 && (
        <div className="error-box">
          <div className="error-list">
            {shown.map(({ code, stage, message, remedy, times }) => (
              <p key={`${stage}${code}${message}`} data-code={code}>
                <strong>{message}</strong> {remedy}
                {times > 1 && <span className="times-told"> ({times} times)</span>}
              </p>
            ))}
            {older > 0 && <p className="times-told">and {older} more before</p>}
          </div>
          <button type="button" className="dismiss" aria-label="Dismiss" onClick={onDismiss}>
            <svg viewBox="0 0 16 16" aria-hidden="true">
              <path d="m4 4 8 8M12 4l-8 8" />
            </svg>
          </button>
        </div>
      )}
    </div>
  );
}

interface Counted extends CallError {
  readonly times: number;
}

/** The same error told twice is one error, as new as its last time. */
export function counted(errors: readonly CallError[]): readonly Counted[] {
  const all = new Map<string, Counted>();
  for (const error of errors) {
    const key = `${error.code} ${error.stage} ${error.message}`;
    const times = (all.get(key)?.times ?? 0) + 1;
    all.delete(key);
    all.set(key, { ...error, times });
  }
  return [...all.values()];
}
