/** The microphone and the loudspeaker of a call. */

import { Microphone } from "./microphone.ts";
import { Player, VOICE_RATE_HZ } from "./player.ts";
import type { Transport } from "./types.ts";

/** What a call hears and says with. */
export interface Media {
  readonly microphone: Microphone;
  readonly player: Player;
}

/**
 * Asks for the microphone, and makes ready to play.
 *
 * Throws a CallProblem; nothing stays open then.
 */
export async function openMedia(microphoneId: string | null, transport: Transport): Promise<Media> {
  const microphone = await Microphone.open(microphoneId);
  try {
    // A track has its own rate, and not every browser brings it to another one.
    const player = await Player.open(transport === "websocket" ? VOICE_RATE_HZ : undefined);
    return { microphone, player };
  } catch (error) {
    await microphone.close();
    throw error;
  }
}

export async function closeMedia({ microphone, player }: Media): Promise<void> {
  await Promise.all([microphone.close(), player.close()]);
}
