/**
 * Our microphone and player as the media manager that Pipecat's WebSocket transport asks for.
 *
 * Its own default one loads code from elsewhere at run time, and its other one plays without a jitter
 * buffer.
 */

import type { WavMediaManager } from "@pipecat-ai/websocket-transport";
import { Microphone } from "./microphone.ts";
import { Player } from "./player.ts";

/** What a call hears and says with. */
export interface Media {
  readonly microphone: Microphone;
  readonly player: Player;
  /** Called with every piece of the agent's voice that arrives. */
  onAudio: () => void;
}

/**
 * Asks for the microphone, and makes ready to play.
 *
 * Throws a CallProblem; nothing stays open then.
 */
export async function openMedia(microphoneId: string | null): Promise<Media> {
  const microphone = await Microphone.open(microphoneId);
  try {
    return { microphone, player: await Player.open(), onAudio: () => {} };
  } catch (error) {
    await microphone.close();
    throw error;
  }
}

export async function closeMedia({ microphone, player }: Media): Promise<void> {
  await Promise.all([microphone.close(), player.close()]);
}

type Wanted = Omit<WavMediaManager, never>;
type SendAudio = (frame: ArrayBuffer) => void;

/** The part of a media manager that the transport uses; the rest says that there is no camera. */
export function mediaManager(media: Media): WavMediaManager {
  const none = async () => [];
  const nothing = () => {};
  const manager: Partial<Wanted> = {
    setUserAudioCallback: (send: SendAudio) => {
      media.microphone.onFrame = send;
    },
    setClientOptions: nothing,
    initialize: async () => {},
    connect: async () => {},
    disconnect: async () => {},
    userStartedSpeaking: async () => {},
    bufferBotAudio: (audio) => {
      media.onAudio();
      const samples = audio instanceof Int16Array ? audio : new Int16Array(audio);
      media.player.play(samples);
      return samples;
    },
    getAllMics: none,
    getAllCams: none,
    getAllSpeakers: none,
    updateMic: async () => {},
    updateCam: nothing,
    updateSpeaker: nothing,
    enableMic: async () => {},
    enableCam: nothing,
    enableScreenShare: nothing,
    tracks: () => {
      const audio = media.microphone.track;
      return { local: audio ? { audio } : {} };
    },
    isMicEnabled: true,
    isCamEnabled: false,
    isSharingScreen: false,
    selectedMic: {},
    selectedCam: {},
    selectedSpeaker: {},
  };
  return manager as WavMediaManager;
}
