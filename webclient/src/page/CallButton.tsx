import type { Status } from "../react/useRealtimeAgent.ts";

interface Props {
  status: Status;
  onConnect: () => void;
  onDisconnect: () => void;
}

/** One button in one place, so that the focus stays where it is. */
export function CallButton({ status, onConnect, onDisconnect }: Props) {
  const isOff = status === "Disconnected";
  return (
    <button type="button" className="call" data-off={isOff} onClick={isOff ? onConnect : onDisconnect}>
      {isOff ? "Connect" : "Disconnect"}
    </button>
  );
}
