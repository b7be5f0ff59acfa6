// @ts-check
/** Turns what the microphone hears into frames of 16 kHz, 16 bit, on the audio thread. */

const WIRE_RATE_HZ = 16_000;
/** 20 ms: what the server's voice activity detector is fed with. */
const FRAME_SAMPLES = 320;

/**
 * Brings audio from the device's rate down to 16 kHz: each new sample is the mean of the old ones it
 * stands for, which keeps most of what lies above 8 kHz from folding back.
 */
export class Downsampler {
  /** @param {number} fromHz */
  constructor(fromHz) {
    this.step = fromHz / WIRE_RATE_HZ;
    this.sum = 0;
    this.weight = 0;
  }

  /**
   * @param {Float32Array} samples
   * @param {(sample: number) => void} emit
   */
  feed(samples, emit) {
    if (this.step === 1) {
      for (const sample of samples) emit(sample);
      return;
    }
    for (const sample of samples) this.add(sample, emit);
  }

  /**
   * @param {number} sample
   * @param {(sample: number) => void} emit
   */
  add(sample, emit) {
    let left = 1;
    while (this.weight + left >= this.step) {
      const part = this.step - this.weight;
      emit((this.sum + sample * part) / this.step);
      left -= part;
      this.sum = 0;
      this.weight = 0;
    }
    this.sum += sample * left;
    this.weight += left;
  }
}

/** Collects samples into frames of signed 16 bit. */
export class Framer {
  /** @param {(frame: Int16Array<ArrayBuffer>) => void} emit */
  constructor(emit) {
    this.emit = emit;
    this.frame = new Int16Array(FRAME_SAMPLES);
    this.filled = 0;
  }

  /** @param {number} sample */
  add(sample) {
    this.frame[this.filled++] = Math.max(-1, Math.min(1, sample)) * 32_767;
    if (this.filled < FRAME_SAMPLES) return;
    const full = this.frame;
    this.frame = new Int16Array(FRAME_SAMPLES);
    this.filled = 0;
    this.emit(full);
  }
}

if (typeof AudioWorkletProcessor !== "undefined") {
  class Microphone extends AudioWorkletProcessor {
    constructor() {
      super();
      this.downsampler = new Downsampler(sampleRate);
      this.framer = new Framer((frame) => this.port.postMessage(frame.buffer, [frame.buffer]));
      this.add = this.framer.add.bind(this.framer);
    }

    /** @param {Float32Array[][]} inputs */
    process(inputs) {
      const channel = inputs[0]?.[0];
      if (channel) this.downsampler.feed(channel, this.add);
      return true;
    }
  }
  registerProcessor("turnwise-microphone", Microphone);
}
