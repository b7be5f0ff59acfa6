import type { Status } from "../react/useRealtimeAgent.ts";

interface Props {
  status: Status;
  onConnect: () => void;
  onDisconnect: () => void;
  names?: readonly [off: string, on: string];
  /** Whether there is somebody to connect to. */
  isOffered?: boolean;
}

/** One button in one place, so that the focus stays where it is. */
export function CallButton({ status, onConnect, onDisconnect, names, isOffered = true }: Props) {
  const isOff = status === "Disconnected";
  const [off, on] = names ?? ["Connect", "Disconnect"];
  return (
    <button
      type="button"
      className="call"
      data-off={isOff}
      disabled={isOff && !isOffered}
      onClick={isOff ? onConnect : onDisconnect}
    >
      {isOff ? off : on}
    </button>
  );
}
