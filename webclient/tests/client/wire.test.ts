/** Our frames are those of Pipecat's own client. */

import { RTVIMessage } from "@pipecat-ai/client-js";
import { ProtobufFrameSerializer } from "@pipecat-ai/websocket-transport";
import { expect, test } from "vitest";
import { audioBytes, messageBytes, readFrame } from "../../src/client/websocket/wire.ts";

const pipecat = new ProtobufFrameSerializer();
const PCM = Int16Array.from({ length: 321 }, (_, i) => 101 * i - 16_000);
const MESSAGE = new RTVIMessage("server-message", { text: "Grüße, 世界 🙂" }, "1");
const buffer = (bytes: Uint8Array) => new Uint8Array(bytes).buffer;

test("it reads what we write", async () => {
  const audio = await pipecat.deserialize(new Blob([audioBytes(PCM.buffer, 16_000)]));
  expect(audio).toEqual({ type: "audio", audio: PCM });
  expect(await pipecat.deserialize(new Blob([messageBytes(MESSAGE)]))).toMatchObject({
    message: JSON.parse(JSON.stringify(MESSAGE)),
  });
});

test("we read what it writes, wherever the samples stand in it", () => {
  expect(readFrame(buffer(pipecat.serializeAudio(PCM.buffer, 24_000, 1)))).toEqual({ audio: PCM });
  expect(readFrame(buffer(pipecat.serializeMessage(MESSAGE)))).toEqual({
    message: JSON.parse(JSON.stringify(MESSAGE)),
  });
});

test("a kind of frame that nobody knows is nothing; half a sample, or a message that is no JSON, throws", () => {
  expect(readFrame(new Uint8Array([42, 2, 8, 1]).buffer)).toEqual({});
  expect(() => readFrame(new Uint8Array([34, 3, 10, 1, 123]).buffer)).toThrow();
  expect(() => readFrame(new Uint8Array([18, 5, 26, 3, 1, 2, 3]).buffer)).toThrow();
});
