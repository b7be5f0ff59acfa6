import type { Status as ConnectionStatus } from "../react/useRealtimeAgent.ts";

/** Where the connection stands, as exactly one of three words. */
export function Status({ status }: { status: ConnectionStatus }) {
  return (
    <p className="status" data-status={status}>
      <i aria-hidden="true" />
      <span id="status" role="status">
        {status}
      </span>
    </p>
  );
}
