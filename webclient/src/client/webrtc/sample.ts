/** What a browser has counted about the voice that it receives. */

/** Sums since the beginning; 0 where a browser doesn't tell. */
export interface Sample {
  receivedBytes: number;
  /** Samples that were made up because theirs had not arrived. */
  filledFrames: number;
  gaps: number;
  emittedFrames: number;
  /** The time in the jitter buffer, of all samples together. */
  heldSecs: number;
  /** The square of the loudness, 1 at full scale, times the seconds that it lasted. */
  energy: number;
}

/** From what `getStats` says. */
export function sampleOf(report: RTCStatsReport): Sample {
  const sample = { receivedBytes: 0, filledFrames: 0, gaps: 0, emittedFrames: 0, heldSecs: 0, energy: 0 };
  report.forEach((stats) => {
    if (stats.type === "candidate-pair") sample.receivedBytes += stats.bytesReceived ?? 0;
    if (stats.type !== "inbound-rtp" || stats.kind !== "audio") return;
    sample.filledFrames += (stats.concealedSamples ?? 0) - (stats.silentConcealedSamples ?? 0);
    sample.gaps += stats.concealmentEvents ?? 0;
    sample.emittedFrames += stats.jitterBufferEmittedCount ?? 0;
    sample.heldSecs += stats.jitterBufferDelay ?? 0;
    sample.energy += stats.totalAudioEnergy ?? 0;
  });
  return sample;
}
