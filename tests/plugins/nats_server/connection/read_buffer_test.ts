import assert from "node:assert/strict";
import { ReadBuffer } from "../../../../plugins/nats_server/connection/read_buffer.ts";

const kib = 1024;

/** Simulates a read of `count` bytes of which `consumed` are consumed. */
function read(buffer: ReadBuffer, count: number, consumed = count, needed = 0): void {
  assert.ok(buffer.free().length >= count);
  buffer.filled(count);
  buffer.consume(consumed);
  buffer.fit(needed);
}

Deno.test("ReadBuffer begins small and doubles up to 128 KiB while reads fill it", () => {
  const buffer = new ReadBuffer();
  const sizes = Array.from({ length: 8 }, () => {
    const size = buffer.bytes.length;
    read(buffer, size);
    return size / kib;
  });
  assert.deepEqual(sizes, [4, 8, 16, 32, 64, 128, 128, 128]);
});

Deno.test("ReadBuffer moves unconsumed bytes to the front", () => {
  const buffer = new ReadBuffer();
  buffer.free().set([1, 2, 3, 4, 5]);
  read(buffer, 5, 3);
  assert.deepEqual([...buffer.bytes.subarray(0, buffer.length)], [4, 5]);
});

Deno.test("ReadBuffer grows for a large message and shrinks afterwards", () => {
  const buffer = new ReadBuffer();
  read(buffer, 100, 0, 1_000_000);
  assert.ok(buffer.bytes.length >= 1_000_000);
  read(buffer, 999_900, 1_000_000);
  assert.equal(buffer.bytes.length, 128 * kib);
});

Deno.test("ReadBuffer shrinks when reads stay small", () => {
  const buffer = new ReadBuffer();
  for (let i = 0; i < 6; i++) read(buffer, buffer.bytes.length);
  assert.equal(buffer.bytes.length, 128 * kib);
  for (let i = 0; i < 2_000; i++) read(buffer, 10);
  assert.equal(buffer.bytes.length, 4 * kib);
});

Deno.test("ReadBuffer always has room for one more byte", () => {
  const buffer = new ReadBuffer();
  for (let i = 0; i < 20; i++) {
    read(buffer, buffer.free().length, 0);
    assert.ok(buffer.free().length > 0);
  }
});
