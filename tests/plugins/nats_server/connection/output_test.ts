import assert from "node:assert/strict";
import { systemClock } from "../../../../core/mod.ts";
import { manualClock } from "../../../../core/testing/mod.ts";
import { Output } from "../../../../plugins/nats_server/connection/output.ts";
import { PendingTotal } from "../../../../plugins/nats_server/connection/pending_total.ts";
import type { Transport } from "../../../../plugins/nats_server/transport/transport.ts";
import { bytes, until } from "../_net.ts";

/** A transport whose writes can be held and limited. */
class Valve implements Transport {
  readonly remote = { hostname: "", port: 0 };
  readonly tls = null;
  readonly writes: string[] = [];
  /** Most bytes accepted per write. */
  portion = Infinity;
  #open: Promise<void> = Promise.resolve();

  /** Holds writes until the returned function is called. */
  shut(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#open = promise;
    return resolve;
  }

  async write(data: Uint8Array): Promise<number> {
    await this.#open;
    const taken = data.subarray(0, Math.min(this.portion, data.length));
    this.writes.push(new TextDecoder().decode(taken));
    return taken.length;
  }

  read(): Promise<null> {
    return Promise.resolve(null);
  }

  close(): void {}
}

function fixture(maxPendingBytes = 1 << 20, maxTotalBytes = Infinity) {
  const valve = new Valve();
  const events: string[] = [];
  const owner = {
    onOverflow: () => void events.push("overflow"),
    onWriteError: (error: unknown) => void events.push(`error ${error}`),
  };
  const total = new PendingTotal(() => maxTotalBytes, () => void events.push("total overflow"));
  const options = { maxPendingBytes, now: () => 7, total };
  return { valve, events, total, output: new Output(valve, owner, options) };
}

Deno.test("append() and flush() send everything in order, in one write where one will do", async () => {
  const { valve, output } = fixture();
  output.append(bytes("xhead y"), 1, 6, bytes("xxtailxx"), 2, 6);
  output.appendBytes(bytes(" more"));
  assert.equal(output.pendingBytes, 14);
  output.flush();
  await output.drained();
  assert.deepEqual(valve.writes, ["head tail more"]);
  assert.equal(output.pendingBytes, 0);
});

Deno.test("flush() sends what was appended during a write with the next one", async () => {
  const { valve, output } = fixture();
  const open = valve.shut();
  output.appendBytes(bytes("one"));
  output.flush();
  output.appendBytes(bytes("two"));
  output.flush();
  output.appendBytes(bytes("three"));
  open();
  await output.drained();
  assert.deepEqual(valve.writes, ["one", "twothree"]);
});

Deno.test("flush() continues after a partial write", async () => {
  const { valve, output } = fixture();
  valve.portion = 3;
  output.appendBytes(bytes("abcdefgh"));
  output.flush();
  await output.drained();
  assert.deepEqual(valve.writes, ["abc", "def", "gh"]);
});

Deno.test("append() keeps order and bytes over many chunks of odd sizes", async () => {
  const { valve, output } = fixture(64 << 20);
  const open = valve.shut();
  let expected = "";
  for (let i = 0; i < 400; i++) {
    const part = String.fromCharCode(97 + i % 26).repeat((i * 7919) % 20_000);
    output.append(bytes("<"), 0, 1, bytes(part), 0, part.length);
    expected += `<${part}`;
    if (i % 3 === 0) output.flush();
  }
  open();
  output.flush();
  await output.drained();
  assert.equal(valve.writes.join(""), expected);
});

Deno.test("append() beyond the limit calls onOverflow and refuses the bytes", () => {
  const { output, events } = fixture(10);
  output.appendBytes(bytes("123456789"));
  output.append(bytes("a"), 0, 1, bytes("b"), 0, 1);
  assert.deepEqual(events, ["overflow"]);
  assert.equal(output.pendingBytes, 9);
});

Deno.test("stuckSinceMs is the start of a write that makes no progress", async () => {
  const { valve, output } = fixture();
  assert.equal(output.stuckSinceMs, -1);
  const open = valve.shut();
  output.appendBytes(bytes("x"));
  output.flush();
  assert.equal(output.stuckSinceMs, 7);
  open();
  await output.drained();
  await until(() => output.stuckSinceMs === -1);
});

Deno.test("below() resolves when at most the given bytes are pending", async () => {
  const { valve, output } = fixture();
  valve.portion = 4;
  output.appendBytes(bytes("12345678"));
  output.flush();
  await output.below(4, 5_000, systemClock);
  assert.ok(output.pendingBytes <= 4);
});

Deno.test("below() resolves when its time limit passes", async () => {
  const { valve, output } = fixture();
  valve.shut();
  output.appendBytes(bytes("x"));
  output.flush();
  const clock = manualClock();
  let isOver = false;
  const waiting = output.below(0, 1_000, clock).then(() => isOver = true);
  await clock.advance(999);
  assert.equal(isOver, false);
  await clock.advance(1);
  await waiting;
  output.end();
});

Deno.test("end() discards pending bytes, returns their number, and resolves waiting calls", async () => {
  const { valve, output, events } = fixture();
  valve.shut();
  output.appendBytes(bytes("lost"));
  const waiting = output.drained();
  assert.equal(output.end(), 4);
  await waiting;
  output.appendBytes(bytes("ignored"));
  output.flush();
  assert.equal(output.end(), 0);
  assert.deepEqual([valve.writes, events], [[], []]);
});

Deno.test("a failed write is reported to the owner once", async () => {
  const { valve, output, events } = fixture();
  valve.write = () => Promise.reject(new Error("gone"));
  output.appendBytes(bytes("x"));
  output.flush();
  await until(() => events.length > 0);
  assert.deepEqual(events, ["error Error: gone"]);
});
