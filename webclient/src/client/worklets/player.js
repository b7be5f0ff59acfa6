// @ts-check
/**
 * Plays what arrives without a gap, on the audio thread.
 *
 * Audio comes over a network in bursts and is played at a constant pace. The buffer waits until it holds
 * `prebufferMs` before it begins, and when it runs dry in the middle of speech it waits for a little more
 * the next time. Less than that is played after `LONGEST_PREBUFFER_MS`: a last syllable is not kept back.
 * The end of speech is no underrun: the page says `end` when the server has sent it all.
 */

/** The most that the wait before speech may grow to: more would be felt as slowness. */
const LONGEST_PREBUFFER_MS = 240;
const PREBUFFER_STEP_MS = 40;
/** More than this gathers only where nothing is played: the device stands still. */
const LONGEST_QUEUE_SECS = 30;

export class JitterBuffer {
  /**
   * @param {number} sampleRateHz
   * @param {number} prebufferMs
   */
  constructor(sampleRateHz, prebufferMs) {
    this.sampleRateHz = sampleRateHz;
    this.prebufferMs = prebufferMs;
    /** @type {Float32Array[]} */
    this.queue = [];
    this.offset = 0;
    this.queued = 0;
    this.waited = 0;
    this.isPlaying = false;
    this.isEnded = true;
    this.isDry = false;
    this.underruns = 0;
  }

  /** @param {Float32Array} samples */
  push(samples) {
    if (this.isEnded) this.isEnded = false;
    else if (this.isDry) this.ranDry();
    this.isDry = false;
    this.queue.push(samples);
    this.queued += samples.length;
    while (this.queued > LONGEST_QUEUE_SECS * this.sampleRateHz) this.dropOldest();
  }

  /** All of this speech has arrived: what is there is played, however little. */
  end() {
    this.isEnded = true;
    this.isDry = false;
  }

  /** Drops everything at once. */
  flush() {
    this.queue = [];
    this.offset = 0;
    this.queued = 0;
    this.waited = 0;
    this.isPlaying = false;
    this.end();
  }

  /**
   * Fills `out` with what is due, silence where there is nothing.
   * @param {Float32Array} out
   * @returns {boolean} whether any of it is the agent's voice
   */
  pull(out) {
    out.fill(0);
    if (!this.isPlaying && !this.mayBegin()) {
      if (this.queued > 0) this.waited += out.length;
      return false;
    }
    this.isPlaying = true;
    this.waited = 0;
    let filled = 0;
    while (filled < out.length && this.queued > 0) filled += this.take(out, filled);
    if (this.queued === 0) {
      this.isPlaying = false;
      this.isDry = !this.isEnded;
    }
    return filled > 0;
  }

  mayBegin() {
    const isAll = this.isEnded || this.waited >= this.samplesOf(LONGEST_PREBUFFER_MS);
    return this.queued >= (isAll ? 1 : this.samplesOf(this.prebufferMs));
  }

  /**
   * @param {Float32Array} out
   * @param {number} at
   */
  take(out, at) {
    const first = /** @type {Float32Array} */ (this.queue[0]);
    const count = Math.min(first.length - this.offset, out.length - at);
    out.set(first.subarray(this.offset, this.offset + count), at);
    this.offset += count;
    this.queued -= count;
    if (this.offset === first.length) {
      this.queue.shift();
      this.offset = 0;
    }
    return count;
  }

  dropOldest() {
    const first = /** @type {Float32Array} */ (this.queue.shift());
    this.queued -= first.length - this.offset;
    this.offset = 0;
  }

  ranDry() {
    this.underruns += 1;
    this.prebufferMs = Math.min(LONGEST_PREBUFFER_MS, this.prebufferMs + PREBUFFER_STEP_MS);
  }

  /** @param {number} ms */
  samplesOf(ms) {
    return (ms * this.sampleRateHz) / 1000;
  }
}

/** Quieter than this is silence on a track, which never stops: 60 dB below full scale. */
const SILENT_LEVEL = 0.001;
/** A pause between two words is no end of speech. */
const LONGEST_PAUSE_SECS = 0.2;

/** Tells the speech on a track from the silence around it. */
export class Voicing {
  /** @param {number} sampleRateHz */
  constructor(sampleRateHz) {
    this.longestPause = LONGEST_PAUSE_SECS * sampleRateHz;
    this.silent = this.longestPause;
  }

  /**
   * @param {Float32Array} samples
   * @returns {boolean} whether somebody speaks
   */
  hear(samples) {
    this.silent = loudness(samples) >= SILENT_LEVEL ? 0 : this.silent + samples.length;
    return this.silent < this.longestPause;
  }
}

/** @param {Float32Array} samples */
export function loudness(samples) {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / samples.length);
}

const REPORT_SECS = 0.05;

if (typeof AudioWorkletProcessor !== "undefined") {
  class Player extends AudioWorkletProcessor {
    /** @param {{processorOptions: {prebufferMs: number}}} options */
    constructor(options) {
      super();
      this.buffer = new JitterBuffer(sampleRate, options.processorOptions.prebufferMs);
      this.voicing = new Voicing(sampleRate);
      this.wasPlaying = false;
      this.lastReport = 0;
      this.level = 0;
      this.port.onmessage = (event) => this.obey(event.data);
    }

    /** @param {{type: "audio", samples: Float32Array} | {type: "end"} | {type: "flush"}} order */
    obey(order) {
      if (order.type === "audio") this.buffer.push(order.samples);
      else if (order.type === "end") this.buffer.end();
      else this.buffer.flush();
    }

    /**
     * @param {Float32Array[][]} inputs
     * @param {Float32Array[][]} outputs
     */
    process(inputs, outputs) {
      const channels = /** @type {Float32Array[]} */ (outputs[0]);
      const first = /** @type {Float32Array} */ (channels[0]);
      const track = inputs[0]?.[0];
      const isPlaying = track ? this.voicing.hear(track) : this.buffer.pull(first);
      if (track) first.set(track);
      for (const channel of channels.slice(1)) channel.set(first);
      this.level = Math.max(this.level, loudness(first));
      if (isPlaying !== this.wasPlaying || currentTime - this.lastReport >= REPORT_SECS) {
        this.report(isPlaying);
      }
      return true;
    }

    /** @param {boolean} isPlaying */
    report(isPlaying) {
      this.port.postMessage({
        isPlaying,
        level: this.level,
        underruns: this.buffer.underruns,
        atSecs: currentTime,
      });
      this.wasPlaying = isPlaying;
      this.lastReport = currentTime;
      this.level = 0;
    }
  }
  registerProcessor("turnwise-player", Player);
}
