/** The choice of the connection, where there is one. */

import { renderToStaticMarkup } from "react-dom/server";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { TransportPicker, wantedTransport } from "../../src/page/TransportPicker.tsx";

const picker = (isInCall: boolean) =>
  renderToStaticMarkup(<TransportPicker chosen="webrtc" isInCall={isInCall} onChoose={() => {}} />);

describe("in a browser with WebRTC, the connection", () => {
  beforeEach(() => void vi.stubGlobal("RTCPeerConnection", class {}));

  it("is what the address asks for, and a WebSocket for all that is no transport", () => {
    expect(wantedTransport("?agent=a&transport=webrtc")).toBe("webrtc");
    for (const search of ["", "?transport=", "?transport=websocket", "?transport=WebRTC", "?transport=x"]) {
      expect(wantedTransport(search)).toBe("websocket");
    }
  });

  it("has a label, both names, and is settled during a call", () => {
    expect(picker(false)).toContain('<label for="transport">Connection</label>');
    expect(picker(false)).toMatch(/>WebSocket<.*>WebRTC</);
    expect(picker(false)).not.toContain("disabled");
    expect(picker(true)).toMatch(/<select[^>]* disabled/);
  });
});

describe("in a browser without it, the connection", () => {
  beforeEach(() => void vi.stubGlobal("RTCPeerConnection", undefined));

  it("is a WebSocket, and why there is no other can be read where it would be chosen", () => {
    expect(wantedTransport("?transport=webrtc")).toBe("websocket");
    expect(picker(false)).toMatch(/<option[^>]* disabled[^>]*>WebRTC \(not in this browser\)/);
  });
});
