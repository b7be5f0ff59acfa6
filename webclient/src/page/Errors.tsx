/** What went wrong, and what to do about it. */

import type { CallError } from "../react/useRealtimeAgent.ts";

/** More than this at once would be a wall. */
const SHOWN = 2;

interface Props {
  errors: readonly CallError[];
  onDismiss: () => void;
}

export function Errors({ errors, onDismiss }: Props) {
  const shown = errors.slice(-SHOWN);
  const older = errors.length - shown.length;
  return (
    <div className="errors" role="alert">
      {shown.length > 0 && (
        <div className="error-box">
          <div className="error-list">
            {shown.map(({ code, stage, message, remedy }) => (
              <p key={`${stage}${code}${message}`} data-code={code}>
                <strong>{message}</strong> {remedy}
              </p>
            ))}
            {older > 0 && <p className="older">and {older} more before</p>}
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
