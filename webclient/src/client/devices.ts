/** The microphones of this device, and the way to one. */

import { CallProblem, microphoneProblem, problem } from "./errors.ts";
import type { Microphone } from "./types.ts";

const WISHES = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };

/** The microphones that can be chosen; their names are known only once one was allowed. */
export async function microphones(): Promise<Microphone[]> {
  const all = await navigator.mediaDevices.enumerateDevices();
  return all
    .filter((device) => device.kind === "audioinput" && device.deviceId)
    .map(({ deviceId, label }) => ({ id: deviceId, label: label || "Microphone" }));
}

/**
 * Opens a microphone; with null, or when the wanted one is gone, the one that the browser prefers.
 *
 * Throws a CallProblem that says why there is none.
 */
export async function capture(deviceId: string | null): Promise<MediaStream> {
  try {
    return await captureExactly(deviceId);
  } catch (error) {
    const isGone = error instanceof CallProblem && error.told.code === "microphone_missing";
    if (deviceId === null || !isGone) throw error;
    return captureExactly(null);
  }
}

/** Opens this microphone and no other. */
export async function captureExactly(deviceId: string | null): Promise<MediaStream> {
  if (!window.isSecureContext || !navigator.mediaDevices) throw problem("insecure_origin");
  const device = deviceId ? { deviceId: { exact: deviceId } } : {};
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: { ...WISHES, ...device } });
  } catch (error) {
    throw microphoneProblem(error);
  }
}

export function release(stream: MediaStream): void {
  for (const track of stream.getTracks()) {
    track.onended = null;
    track.stop();
  }
}
