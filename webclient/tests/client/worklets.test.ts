/** What runs on the audio thread. */

import { describe, expect, test } from "vitest";
import { Downsampler, Framer } from "../../src/client/worklets/microphone.js";
import { JitterBuffer, loudness, Voicing } from "../../src/client/worklets/player.js";

const RATE_HZ = 1_000;
const BLOCK = 10;

/** A buffer at one sample per millisecond, so that samples can be read as time. */
const buffer = () => new JitterBuffer(RATE_HZ, 60);
const speech = (ms: number, from = 1) => Float32Array.from({ length: ms }, (_, i) => from + i);

function pull(from: JitterBuffer, blocks = 1): number[] {
  const heard: number[] = [];
  for (let i = 0; i < blocks; i++) {
    const out = new Float32Array(BLOCK);
    from.pull(out);
    heard.push(...out);
  }
  return heard;
}

const voiced = (heard: number[]) => heard.filter((sample) => sample !== 0);

describe("the agent's voice", () => {
  test("begins once enough is there to bridge a gap, and then has none", () => {
    const voice = buffer();
    voice.push(speech(50));
    expect(voiced(pull(voice))).toEqual([]);
    voice.push(speech(50, 51));
    expect(pull(voice, 10)).toEqual([...speech(100)]);
    expect(voice.underruns).toBe(0);
  });

  test("is whole, whatever the pieces that it arrives in", () => {
    const voice = buffer();
    for (let at = 1; at <= 85; at += 7) voice.push(speech(7, at));
    voice.end();
    expect(voiced(pull(voice, 11))).toEqual([...speech(91)]);
  });

  test("that ends is no underrun, and what is left of it is played however little", () => {
    const voice = buffer();
    voice.push(speech(25));
    voice.end();
    expect(voiced(pull(voice, 4))).toEqual([...speech(25)]);
    voice.push(speech(70));
    voice.end();
    pull(voice, 10);
    expect(voice.underruns).toBe(0);
  });

  test("that stops in the middle is an underrun, counted when it goes on, and waits for more next time", () => {
    const voice = buffer();
    voice.push(speech(60));
    pull(voice, 10);
    expect(voice.underruns).toBe(0);
    voice.push(speech(60));
    expect(voice.underruns).toBe(1);
    expect(voiced(pull(voice))).toEqual([]);
    voice.push(speech(40));
    expect(voiced(pull(voice))).not.toEqual([]);
  });

  test("that said its last word late is no underrun", () => {
    const voice = buffer();
    voice.push(speech(60));
    pull(voice, 10);
    voice.end();
    voice.push(speech(60));
    expect(voice.underruns).toBe(0);
  });

  test("never waits for more than a quarter of a second, however bad the connection was", () => {
    const voice = buffer();
    for (let i = 0; i < 20; i++) {
      voice.push(speech(300));
      pull(voice, 40);
    }
    expect(voice.underruns).toBe(19);
    voice.push(speech(240));
    expect(voiced(pull(voice))).not.toEqual([]);
  });

  test("is played although the rest of it does not come", () => {
    const voice = buffer();
    voice.push(speech(20));
    expect(voiced(pull(voice, 24))).toEqual([]);
    expect(voiced(pull(voice, 3))).toEqual([...speech(20)]);
  });

  test("is silent at once when it is flushed, and the next speech begins anew", () => {
    const voice = buffer();
    voice.push(speech(100));
    pull(voice);
    voice.flush();
    expect(voiced(pull(voice, 10))).toEqual([]);
    voice.push(speech(70, 500));
    expect(pull(voice)[0]).toBe(500);
    expect(voice.underruns).toBe(0);
  });

  test("does not pile up without end on a device that stands still: the newest stays", () => {
    const voice = buffer();
    for (let i = 0; i < 40; i++) voice.push(speech(1_000, 1_000 * i + 1));
    expect(voice.queued).toBe(30_000);
    expect(pull(voice)[0]).toBe(10_001);
  });

  test("has a loudness", () => {
    expect(loudness(new Float32Array(128))).toBe(0);
    expect(loudness(new Float32Array(128).fill(-0.5))).toBeCloseTo(0.5);
  });
});

describe("the user's voice", () => {
  const down = (fromHz: number, samples: Float32Array) => {
    const heard: number[] = [];
    new Downsampler(fromHz).feed(samples, (sample) => heard.push(sample));
    return heard;
  };
  const tone = (hz: number, rateHz: number) =>
    Float32Array.from({ length: rateHz }, (_, i) => Math.sin((2 * Math.PI * hz * i) / rateHz));
  const rms = (samples: number[]) => Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);

  test.each([8_000, 16_000, 22_050, 44_100, 48_000, 96_000])("keeps its length from %i Hz", (hz) => {
    expect(Math.abs(down(hz, tone(440, hz)).length - 16_000)).toBeLessThanOrEqual(1);
  });

  test.each([44_100, 48_000])("keeps its pitch and loudness from %i Hz", (hz) => {
    const heard = down(hz, tone(440, hz));
    const crossings = heard.filter((sample, i) => sample >= 0 && (heard[i - 1] ?? 0) < 0).length;
    expect(Math.abs(crossings - 440)).toBeLessThanOrEqual(1);
    expect(rms(heard)).toBeCloseTo(Math.SQRT1_2, 2);
  });

  test("loses what would fold back", () => {
    expect(rms(down(48_000, tone(15_800, 48_000)))).toBeLessThan(0.1);
  });

  test("goes out in frames of 20 ms, loud parts clipped and not wrapped", () => {
    const frames: Int16Array[] = [];
    const framer = new Framer((frame) => frames.push(frame));
    for (let i = 0; i < 700; i++) framer.add(i % 2 ? 1.5 : -1.5);
    expect(frames.map(({ length }) => length)).toEqual([320, 320]);
    expect(frames[0]?.slice(0, 2)).toEqual(new Int16Array([-32_767, 32_767]));
    expect(frames[0]).not.toBe(frames[1]);
  });
});

describe("speech on a track", () => {
  const loud = new Float32Array(BLOCK).fill(0.1);
  const silent = new Float32Array(BLOCK);

  test("is none in silence, begins with the first sound, and lasts over the pause between two words", () => {
    const voicing = new Voicing(RATE_HZ);
    expect(voicing.hear(silent)).toBe(false);
    expect(voicing.hear(loud)).toBe(true);
    for (let ms = BLOCK; ms < 200; ms += BLOCK) expect(voicing.hear(silent)).toBe(true);
    expect(voicing.hear(silent)).toBe(false);
    expect(voicing.hear(loud)).toBe(true);
  });
});
