/**
 * The bytes of a Produce request and its answer, version 7: every broker since 2.1 understands it. A driver adds the
 * header of the request.
 *
 * ```
 * request = i16 transactional id length = -1, i16 acks = -1 (all), i32 timeout, i32 topics = 1, i16 length, topic,
 *           i32 partitions = 1, i32 partition, i32 length, batch
 * answer  = i32 topics, { i16 length, topic, i32 partitions, { i32 partition, i16 error, i64 offset, i64 time, i64 start } },
 *           i32 throttle time
 * ```
 *
 * @module
 */
import type { ProduceAnswer, ProduceRequest } from "./driver.ts";

/** Numbers of the request in the protocol. */
export const produceApi = { key: 0, version: 7 } as const;

const encoder = new TextEncoder();

/** The request up to the batch, which follows it. */
export function produceRequestHead(
  { topic, partition, batch, timeoutMs }: ProduceRequest,
): Uint8Array {
  const name = encoder.encode(topic);
  const head = new Uint8Array(26 + name.length);
  const view = new DataView(head.buffer);
  view.setInt16(0, -1);
  view.setInt16(2, -1);
  view.setInt32(4, timeoutMs);
  view.setInt32(8, 1);
  view.setInt16(12, name.length);
  head.set(name, 14);
  const at = 14 + name.length;
  view.setInt32(at, 1);
  view.setInt32(at + 4, partition);
  view.setInt32(at + 8, batch.length);
  return head;
}

/** Reads the part of the answer that matters: its only partition. */
export function readProduceAnswer(answer: Uint8Array): ProduceAnswer {
  const view = new DataView(answer.buffer, answer.byteOffset, answer.byteLength);
  const nameLength = view.getInt16(4);
  const partition = 4 + 2 + nameLength + 4;
  return { errorCode: view.getInt16(partition + 4), offset: view.getBigInt64(partition + 6) };
}
