/** A WebSocket that can be closed at any moment, and tells how it was closed. */

export class CallSocket {
  /** Called with every message, in the order in which they were sent. */
  onMessage: (bytes: ArrayBuffer) => void = () => {};
  /** Called with the code when anybody but `close` closes it, before it has opened (1006) or after. */
  onClosed: (code: number) => void = () => {};
  /** Whether the server has accepted it. */
  hasOpened = false;
  private socket: WebSocket | null = null;

  constructor(private readonly url: string) {}

  /** Resolves once it is open; a socket that never opens tells `onClosed` instead. */
  connect(): Promise<void> {
    const socket = new WebSocket(this.url);
    this.socket = socket;
    // As Blobs, the browser's own choice, messages are read one by one and may overtake each other.
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => {
      if (data instanceof ArrayBuffer) this.onMessage(data);
    };
    // Says nothing that the close after it doesn't say.
    socket.onerror = () => {};
    socket.onclose = ({ code }) => this.onClosed(code);
    return new Promise((resolve) => {
      socket.onopen = () => {
        this.hasOpened = true;
        resolve();
      };
    });
  }

  /** Sends where there is somebody to send to. */
  send(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(bytes);
  }

  /** Hangs up, also while it is being opened. */
  close(): void {
    const socket = this.socket;
    if (!socket) return;
    this.socket = null;
    socket.onmessage = socket.onopen = socket.onclose = null;
    socket.close(1000);
  }
}
