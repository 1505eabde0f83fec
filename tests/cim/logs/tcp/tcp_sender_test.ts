import assert from "node:assert/strict";
import { type LineBlock, TcpSender, type TcpSenderOptions } from "../../../../cim/logs/tcp/mod.ts";
import { errorCode, systemClock } from "../../../../core/mod.ts";
import { manualClock } from "../../../../core/testing/mod.ts";
import { TcpCollector } from "../../../_support/tcp_collector.ts";
import { tempDir } from "../../../_support/temp_dir.ts";
import { until } from "../../../_support/until.ts";
import { authority, serverPair, strangerPair } from "../../../_support/certificates.ts";

const never = new AbortController().signal;
const large = 32 * 1_048_576;

function lines(text: string): LineBlock {
  return { data: new TextEncoder().encode(text) };
}

/** A sender with its collector; disposing of it ends both. */
function setUp(options: Partial<TcpSenderOptions> = {}) {
  const collector = new TcpCollector();
  const sender = new TcpSender({
    target: () => ({ hostname: "127.0.0.1", port: collector.port }),
    clock: systemClock,
    ...options,
  });
  return {
    collector,
    sender,
    async [Symbol.asyncDispose]() {
      collector.read();
      await sender.end(AbortSignal.abort());
      await collector[Symbol.asyncDispose]();
    },
  };
}

Deno.test("TcpSender uses one connection for all blocks", async () => {
  await using at = setUp();
  for (const text of ["1\n", "2\n3\n", "4\n"]) {
    assert.equal((await at.sender.send(lines(text), never)).status, "delivered");
  }
  await at.collector.until(() => at.collector.lines.length === 4);
  assert.deepEqual(at.collector.connections, ["1\n2\n3\n4\n"]);
  assert.equal(at.sender.sentBytes, 8);
});

Deno.test("TcpSender says where it cannot connect, why, and that lines are kept", async () => {
  await using at = setUp();
  await at.collector.stop();
  const delivery = await at.sender.send(lines("1\n"), never);
  assert(delivery.status === "retry" && delivery.reason === "unreachable");
  assert.equal(errorCode(delivery.cause), "log_collector_unreachable");
  assert.match(
    (delivery.cause as Error).message,
    /^Cannot connect to the log collector 127\.0\.0\.1:\d+: .*refused.*; log lines are kept/,
  );
});

Deno.test("TcpSender notices that an idle collector closes the connection, without a write", async () => {
  const lost = Promise.withResolvers<void>();
  await using at = setUp({ onLost: lost.resolve });
  await at.sender.send(lines("1\n"), never);
  await at.collector.until(() => at.collector.lines.length === 1);
  await at.collector.stop();
  await lost.promise;
  assert.equal(at.sender.isConnected, false);
  assert.equal(at.sender.disconnects, 1);
  at.collector.start();
  assert.equal((await at.sender.send(lines("2\n"), never)).status, "delivered");
});

Deno.test("C2-16: TcpSender asks for the collector again with each connection", async () => {
  await using other = new TcpCollector();
  let port = 0;
  await using at = setUp({ target: () => ({ hostname: "127.0.0.1", port }) });
  port = at.collector.port;
  await at.sender.send(lines("1\n"), never);
  await at.collector.until(() => at.collector.lines.length === 1);
  await at.collector.stop();
  port = other.port;
  await until("the loss is noticed", () => !at.sender.isConnected);
  const first = await at.sender.send(lines("2\n"), never);
  assert(first.status === "retry" && first.reason === "connection_lost", "the loss is reported");
  assert.equal(errorCode(first.cause), "log_collector_lost");
  assert.equal((await at.sender.send(lines("2\n"), never)).status, "delivered");
  await other.until(() => other.lines.length === 1);
  assert.deepEqual(other.lines, ["2"]);
});

Deno.test("TcpSender connects again after a connection that was closed before it could be used", async () => {
  await using at = setUp();
  const connect = Deno.connect;
  // As of a proxy whose collector is away: it accepts, and closes before the connection is used.
  const closed: Pick<Deno.TcpConn, "read" | "write" | "close" | "setNoDelay" | "setKeepAlive"> = {
    read: () => Promise.resolve(null),
    write: () => Promise.reject(new Deno.errors.BrokenPipe("Broken pipe")),
    close() {},
    setNoDelay() {},
    setKeepAlive() {},
  };
  try {
    Deno.connect = (() => Promise.resolve(closed)) as unknown as typeof Deno.connect;
    const { status } = await at.sender.send(lines("1\n"), never);
    assert.equal(status, "retry");
  } finally {
    Deno.connect = connect;
  }
  await until("a block is delivered", async () => {
    return (await at.sender.send(lines("1\n"), never)).status === "delivered";
  }, { withinMs: 5_000 });
  await at.collector.until(() => at.collector.lines.length === 1);
});

Deno.test("TcpSender gives up a connection on which a write makes no progress", async () => {
  const clock = manualClock();
  await using at = setUp({ clock, stallMs: 1_000 });
  await at.sender.send(lines("1\n"), never);
  await at.collector.until(() => at.collector.lines.length === 1);
  at.collector.hold();
  const sending = at.sender.send({ data: new Uint8Array(large) }, never);
  let delivery: Awaited<typeof sending> | undefined;
  sending.then((outcome) => delivery = outcome);
  await until("the write is given up", async () => {
    await clock.advance(1_000);
    return delivery;
  });
  assert(delivery?.status === "retry" && delivery.reason === "connection_lost");
  assert.match((delivery.cause as Error).message, /it took nothing for 1000 ms/);
});

Deno.test("TcpSender keeps a connection on which a write makes slow progress", async () => {
  const clock = manualClock();
  await using at = setUp({ clock, stallMs: 1_000 });
  at.collector.hold();
  const sending = at.sender.send({ data: new Uint8Array(large) }, never);
  await until("the connection is open", () => at.sender.isConnected);
  at.collector.read();
  for (let mebibytes = 1; mebibytes <= 32; mebibytes++) {
    await at.collector.until(() => at.collector.connections[0].length >= mebibytes * 1_048_576);
    await clock.advance(600);
  }
  assert.equal((await sending).status, "delivered");
});

Deno.test("TcpSender gives up connecting after its limit, the TLS handshake included", async () => {
  const clock = manualClock();
  await using at = setUp({ clock, connectTimeoutMs: 500, tls: {} });
  at.collector.hold();
  const sending = at.sender.send(lines("1\n"), never);
  await until("the collector waits for a handshake", () => at.collector.open === 1);
  await clock.advance(500);
  const delivery = await sending;
  assert(delivery.status === "retry" && delivery.reason === "unreachable");
  assert.match((delivery.cause as Error).message, /not connected within 500 ms/);
});

for (const isTrusted of [true, false]) {
  const title = isTrusted
    ? "TcpSender uses TLS and trusts the certificates of the CA file"
    : "TcpSender does not connect when the certificate is not trusted";
  Deno.test(title, async () => {
    using folder = tempDir();
    const caFile = folder.join("ca.pem");
    await Deno.writeTextFile(caFile, isTrusted ? authority : strangerPair.cert);
    await using collector = tlsCollector();
    const sender = new TcpSender({
      target: () => ({ hostname: "localhost", port: collector.port }),
      tls: { caFile },
      clock: systemClock,
    });
    const delivery = await sender.send(lines("1\n"), never);
    if (isTrusted) {
      assert.deepEqual(delivery, { status: "delivered" });
      assert.equal(await sender.end(never), true);
      assert.equal(collector.text(), "1\n");
    } else {
      assert(delivery.status === "retry" && delivery.reason === "unreachable");
      assert.match((delivery.cause as Error).message, /certificate/i);
    }
  });
}

/** A collector that takes one TLS connection at a time. */
function tlsCollector() {
  const listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, ...serverPair });
  let text = "";
  async function serve() {
    for await (const conn of listener) {
      try {
        for await (const chunk of conn.readable) text += new TextDecoder().decode(chunk);
      } catch (error) {
        // A client that does not trust the certificate breaks off the handshake.
        assert(error instanceof Deno.errors.InvalidData, `${error}`);
      }
    }
  }
  const serving = serve();
  return {
    port: listener.addr.port,
    text: () => text,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
    },
  };
}

Deno.test("C2-14: TcpSender gives up a connection whose peer acknowledges nothing, also when idle", async () => {
  const clock = manualClock();
  const lost = Promise.withResolvers<void>();
  let queued: number | undefined = 0;
  await using at = setUp({
    clock,
    stallMs: 5_000,
    readSendQueue: () => Promise.resolve(queued),
    onLost: lost.resolve,
  });
  async function tick() {
    await clock.advance(1_000);
    at.sender.tick();
    await Promise.resolve();
  }
  await at.sender.send(lines("1\n"), never);
  await tick();
  await clock.advance(0);
  assert.equal(at.sender.acknowledgedBytes, 2);
  queued = 4;
  await at.sender.send(lines("2\n3\n"), never);
  for (let second = 0; second < 4; second++) await tick();
  assert.equal(at.sender.isConnected, true);
  assert.equal(at.sender.acknowledgedBytes, 2);
  for (let second = 0; second < 3; second++) await tick();
  await lost.promise;
  assert.equal(at.sender.isConnected, false);
});

Deno.test("TcpSender counts everything written as acknowledged where that cannot be found out", async () => {
  await using at = setUp({ readSendQueue: () => Promise.resolve(undefined) });
  await at.sender.send(lines("1\n"), never);
  at.sender.tick();
  await until("the table was read", () => at.sender.acknowledgedBytes === 2);
});

Deno.test("TcpSender.end() returns true when the collector has read everything and closed", async () => {
  await using at = setUp();
  await at.sender.send(lines("1\n"), never);
  assert.equal(await at.sender.end(never), true);
  assert.deepEqual(at.collector.lines, ["1"]);
  assert.equal(at.sender.disconnects, 0);
});

Deno.test("TcpSender.end() returns false when the collector does not read", async () => {
  await using at = setUp();
  at.collector.hold();
  await at.sender.send(lines("1\n"), never);
  await until("the collector accepted", () => at.collector.open === 1);
  const stop = new AbortController();
  const ending = at.sender.end(stop.signal);
  stop.abort();
  assert.equal(await ending, false);
});

Deno.test("TcpSender does not count a connection as lost that its signal ended", async () => {
  await using at = setUp();
  at.collector.hold();
  const stop = new AbortController();
  const sending = at.sender.send({ data: new Uint8Array(large) }, stop.signal);
  await until("the connection is open", () => at.sender.isConnected);
  stop.abort();
  const delivery = await sending;
  assert(delivery.status === "retry" && delivery.reason === "aborted");
  assert.equal(at.sender.disconnects, 0);
});

Deno.test("TcpSender goes to a new target with the next block, after the old one has confirmed all others", async () => {
  await using next = new TcpCollector();
  const moved = { port: 0 };
  const confirmed: string[][] = [];
  await using at = setUp({
    target: () => ({ hostname: "127.0.0.1", port: moved.port || at.collector.port }),
    onConfirmed: () => confirmed.push(at.collector.lines),
  });
  await at.sender.send(lines("1\n"), never);
  moved.port = next.port;
  at.sender.retarget();
  assert.equal((await at.sender.send(lines("2\n"), never)).status, "delivered");
  assert.deepEqual(confirmed, [["1"]]);
  await next.until(() => next.lines.length === 1);
  assert.deepEqual([at.collector.lines, next.lines], [["1"], ["2"]]);
  assert.equal(at.sender.disconnects, 0);
});

Deno.test("TcpSender reports blocks as lost when the old target does not confirm them, and then goes to the new one", async () => {
  await using next = new TcpCollector();
  const moved = { port: 0 };
  await using at = setUp({
    target: () => ({ hostname: "127.0.0.1", port: moved.port || at.collector.port }),
    onConfirmed: () => assert.fail("nothing was confirmed"),
  });
  at.collector.hold();
  await at.sender.send(lines("1\n"), never);
  moved.port = next.port;
  at.sender.retarget();
  const delivery = await at.sender.send(lines("2\n"), never);
  assert(delivery.status === "retry" && delivery.reason === "connection_lost");
  assert.match(
    `${delivery.cause}`,
    /^AgentError: Cannot confirm the last log lines at the previous/,
  );
  for (const text of ["1\n", "2\n"]) await at.sender.send(lines(text), never);
  await next.until(() => next.lines.length === 2);
  assert.deepEqual(next.lines, ["1", "2"]);
});
