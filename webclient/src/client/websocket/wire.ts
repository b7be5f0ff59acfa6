/** Pipecat's frames in protobuf (`frames.proto` there), as far as a call needs them. */

import type { RTVIMessage } from "@pipecat-ai/client-js";
import { PbfReader, PbfWriter } from "pbf";

/** The fields of `Frame`, of `AudioRawFrame` and of `MessageFrame`. */
const AUDIO = 2;
const MESSAGE = 4;
const SAMPLES = 3;
const RATE_HZ = 4;
const CHANNELS = 5;
const TEXT = 1;

/** What arrived: one of both, or neither where it is a kind of frame that nobody here knows. */
export interface Arrived {
  audio?: Int16Array;
  message?: RTVIMessage;
}

/** `pcm` is mono, signed 16 bit, of `rateHz`. */
export function audioBytes(pcm: ArrayBuffer, rateHz: number): Uint8Array<ArrayBuffer> {
  return frame(AUDIO, (_, out) => {
    out.writeTag(SAMPLES, 2);
    out.writeBytes(new Uint8Array(pcm));
    out.writeTag(RATE_HZ, 0);
    out.writeVarint(rateHz);
    out.writeTag(CHANNELS, 0);
    out.writeVarint(1);
  });
}

export function messageBytes(message: RTVIMessage): Uint8Array<ArrayBuffer> {
  return frame(MESSAGE, (_, out) => {
    out.writeTag(TEXT, 2);
    out.writeString(JSON.stringify(message));
  });
}

/** Throws where the bytes are no frame. */
export function readFrame(bytes: ArrayBuffer): Arrived {
  return new PbfReader(bytes).readFields<Arrived>((field, arrived, frame) => {
    if (field === AUDIO) arrived.audio = samplesOf(bytesOf(frame, SAMPLES));
    if (field === MESSAGE) arrived.message = JSON.parse(new TextDecoder().decode(bytesOf(frame, TEXT)));
  }, {});
}

function frame(field: number, write: (_: null, out: PbfWriter) => void): Uint8Array<ArrayBuffer> {
  const out = new PbfWriter();
  out.writeMessage(field, write, null);
  return out.finish() as Uint8Array<ArrayBuffer>;
}

/** What one field of the message that comes next holds. */
function bytesOf(frame: PbfReader, wanted: number): Uint8Array {
  const kept = { bytes: new Uint8Array() };
  frame.readMessage<{ bytes: Uint8Array }>((field, found, message) => {
    if (field === wanted) found.bytes = message.readBytes();
  }, kept);
  return kept.bytes;
}

/** Copied: the samples stand wherever the message ends, and an Int16Array begins at even places only. */
function samplesOf(bytes: Uint8Array): Int16Array {
  return new Int16Array(bytes.slice().buffer);
}
