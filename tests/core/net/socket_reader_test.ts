import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import { SocketReader } from "../../../core/net/mod.ts";

/** A socket that says what was asked of it. */
class FakeSocket extends EventEmitter {
  readonly calls: string[] = [];
  pause(): this {
    this.calls.push("pause");
    return this;
  }
  resume(): this {
    this.calls.push("resume");
    return this;
  }
}

function attached() {
  const socket = new FakeSocket();
  const reader = new SocketReader();
  reader.attach(socket as unknown as Socket);
  return { socket, reader, buffer: new Uint8Array(4) };
}

Deno.test("SocketReader fills the buffer from the chunks in order, and pauses the socket while one waits", async () => {
  const { socket, reader, buffer } = attached();
  socket.emit("data", Uint8Array.of(1, 2, 3, 4, 5));
  assert.deepEqual(socket.calls, ["pause"]);
  assert.equal(await reader.read(buffer), 4);
  assert.deepEqual(buffer, Uint8Array.of(1, 2, 3, 4));
  assert.equal(await reader.read(buffer), 1);
  assert.equal(buffer[0], 5);
  assert.deepEqual(socket.calls, ["pause"]);
  const reading = reader.read(buffer);
  assert.deepEqual(socket.calls, ["pause", "resume"]);
  socket.emit("data", Uint8Array.of(6));
  assert.equal(await reading, 1);
});

Deno.test("SocketReader returns what waits before it ends or rejects", async () => {
  const { socket, reader, buffer } = attached();
  socket.emit("data", Uint8Array.of(1));
  socket.emit("end");
  assert(reader.isEnded);
  assert.deepEqual([await reader.read(buffer), await reader.read(buffer)], [1, null]);
  const failing = attached();
  const reading = failing.reader.read(buffer);
  failing.reader.fail(new Error("first"));
  failing.reader.fail(new Error("second"));
  await assert.rejects(reading, /first/);
  assert.equal(failing.reader.error?.message, "first");
});
