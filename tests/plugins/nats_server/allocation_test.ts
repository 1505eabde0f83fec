/**
 * The hot path allocates nothing per message: the heap must not grow while messages are routed.
 *
 * @module
 */
import assert from "node:assert/strict";
import { systemClock } from "../../../core/mod.ts";
import { noAuthentication } from "../../../plugins/nats_server/security/authenticator.ts";
import { Connection, PendingTotal } from "../../../plugins/nats_server/connection/mod.ts";
import { SubjectMetrics } from "../../../plugins/nats_server/routing/subject_metrics.ts";
import { defaultLimits } from "../../../plugins/nats_server/mod.ts";
import { Router } from "../../../plugins/nats_server/routing/router.ts";
import type { ServerContext } from "../../../plugins/nats_server/connection/server_context.ts";
import { zeroCounters } from "../../../plugins/nats_server/stats.ts";
import { Subscription } from "../../../plugins/nats_server/routing/subscription.ts";
import { bytes } from "./_net.ts";

const burst = 2_000;
/** A boxed number takes at least 12 bytes; the allocations per chunk, divided by its messages, take less. */
const allowedBytes = 4;

Deno.test("10 million messages to a handler of this process allocate nothing each", async () => {
  const counters = zeroCounters();
  const subjectMetrics = new SubjectMetrics();
  const router = new Router({
    now: () => 0,
    counters,
    subjectMetrics,
    random: () => 0.5,
    onHandlerError: assert.fail,
  });
  let received = 0;
  router.add(
    new Subscription("LOG.*", null, "", null, {
      onMessage: ({ start, end }) => void (received += end - start),
    }),
  );
  const chunk = bytes("PUB LOG.app 16\r\n0123456789abcdef\r\n".repeat(burst));
  const growth: number[] = [];
  const connection = new Connection(1, source(chunk, growth), "", context(router, counters));
  await connection.run();
  assert.equal(connection.closeReason, "client_closed");
  assert.equal(received, connection.inMessages * 16);
  assert.ok(connection.inMessages >= 10_000_000);
  const perMessage = growth.sort((a, b) => a - b)[growth.length >> 1] / burst;
  assert.ok(perMessage < allowedBytes, `${perMessage} bytes a message`);
});

/** Returns the same chunk again and again, and records the heap growth between reads. */
function source(chunk: Uint8Array, growth: number[]) {
  let at = -1;
  let reads = 0;
  let heap = 0;
  return {
    remote: { hostname: "127.0.0.1", port: 1 },
    tls: null,
    read(buffer: Uint8Array): Promise<number | null> {
      if (at < 0) {
        at = 0;
        const connect = bytes('CONNECT {"verbose":false,"pedantic":false}\r\n');
        buffer.set(connect);
        return Promise.resolve(connect.length);
      }
      // Only reads of a whole chunk are measured. A garbage collection makes a value negative, but not the median.
      if (at === 0 && reads++ % 50 === 0) heap = Deno.memoryUsage().heapUsed;
      else if (at === 0 && reads % 50 === 2) growth.push(Deno.memoryUsage().heapUsed - heap);
      if (reads > 5_010) return Promise.resolve(null);
      const count = Math.min(buffer.length, chunk.length - at);
      buffer.set(count === chunk.length ? chunk : chunk.subarray(at, at + count));
      at = (at + count) % chunk.length;
      return Promise.resolve(count);
    },
    write: (data: Uint8Array) => Promise.resolve(data.length),
    close() {},
  };
}

function context(router: Router, counters: ReturnType<typeof zeroCounters>): ServerContext {
  const nothing = () => {};
  return {
    router,
    counters,
    limits: defaultLimits,
    clock: systemClock,
    log: {
      name: "test",
      debug: nothing,
      info: nothing,
      warn: assert.fail,
      error: assert.fail,
      isEnabled: () => false,
      child: assert.fail,
    },
    pending: new PendingTotal(() => Infinity, assert.fail),
    authenticator: noAuthentication,
    tls: null,
    serverInfo: assert.fail,
    info: () => bytes("INFO {}\r\n"),
    firstPingMs: () => 1_000,
    onClosed: nothing,
  };
}
