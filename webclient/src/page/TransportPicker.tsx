import type { Transport } from "../react/useRealtimeAgent.ts";
import { Picker } from "./Picker.tsx";

const NAMES: Record<Transport, string> = { websocket: "WebSocket", webrtc: "WebRTC" };

interface Props {
  chosen: Transport;
  /** Settled with the call. */
  isInCall: boolean;
  onChoose: (transport: Transport) => void;
}

/** How the voice travels; what a browser lacks is shown, and says why it can't be chosen. */
export function TransportPicker({ chosen, isInCall, onChoose }: Props) {
  return (
    <div className="field">
      <Picker
        id="transport"
        label="Connection"
        value={chosen}
        isSettled={isInCall}
        onChoose={(name) => onChoose(name as Transport)}
      >
        <option value="websocket">{NAMES.websocket}</option>
        <option value="webrtc" disabled={!hasWebRtc()}>
          {hasWebRtc() ? NAMES.webrtc : `${NAMES.webrtc} (not in this browser)`}
        </option>
      </Picker>
    </div>
  );
}

export function hasWebRtc(): boolean {
  return typeof RTCPeerConnection !== "undefined";
}

/** What `?transport=…` asks for, where this browser can do it; else the default. */
export function wantedTransport(search: string): Transport {
  const wanted = new URLSearchParams(search).get("transport");
  return wanted === "webrtc" && hasWebRtc() ? wanted : "websocket";
}
