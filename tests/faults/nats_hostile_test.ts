/**
 * Clients that mean no good, or are broken. In each case the server's memory stays bounded, well-behaved
 * clients are served meanwhile, and what happened stands in a counter.
 */
import assert from "node:assert/strict";
import { eventually, Peer, ServerProcess, Witness } from "./_nats_peers.ts";

/** Above what the server takes with nothing to do, and far below what these clients send it. */
const memoryBoundMib = 200;
const mib = 1024 * 1024;
const megabyte = new Uint8Array(mib).fill(120);

/** A publish of a mebibyte, 64 of which are in flight at once at most. */
const largeMessage = new Uint8Array([
  ...new TextEncoder().encode(`PUB flood ${mib}\r\n`),
  ...megabyte,
  13,
  10,
]);

/** Random bytes that are the same in each run. */
function rubbish(seed: number, length: number): Uint8Array {
  let state = seed + 1;
  return Uint8Array.from({ length }, () => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9 | 0;
    return state >>> 24;
  });
}

Deno.test("C2-17: a subscriber that does not read is cut off and counted", async () => {
  await using server = await ServerProcess.start({ maxPendingBytes: 16 * mib });
  using witness = await Witness.open(server.port);
  using slow = await Peer.open(server.port);
  await slow.send("SUB flood 1\r\n");
  await slow.settle();
  using publisher = await Peer.open(server.port);
  for (let i = 0; i < 400; i++) {
    await publisher.send(largeMessage);
    if (i % 20 === 0) await witness.isServed();
  }
  await publisher.settle();
  await witness.isServed();
  await eventually(async () => (await server.stats()).slowConsumers === 1, "one slow consumer");
  const { closed, discardedBytes, inMessages } = await server.stats();
  assert.equal(closed.slow_consumer_pending + closed.slow_consumer_deadline, 1);
  assert.ok(discardedBytes > 0);
  assert.ok(inMessages >= 400);
  assert.ok(await server.memoryMib() < memoryBoundMib);
});

Deno.test("a subscriber whose socket takes nothing within the write deadline is cut off", async () => {
  await using server = await ServerProcess.start({ writeDeadlineMs: 100 });
  using slow = await Peer.open(server.port);
  await slow.send("SUB flood 1\r\n");
  await slow.settle();
  using publisher = await Peer.open(server.port);
  for (let i = 0; i < 16; i++) await publisher.send(largeMessage);
  await publisher.settle();
  await eventually(
    async () => (await server.stats()).closed.slow_consumer_deadline === 1,
    "cut off by deadline",
  );
  await publisher.settle();
});

Deno.test("a peer that ended its sending side is let go", async () => {
  await using server = await ServerProcess.start();
  using peer = await Peer.open(server.port);
  await peer.send("SUB half 1\r\n");
  await peer.endSending();
  await peer.untilEnd();
  await eventually(async () => {
    const { connections, subscriptions } = await server.stats();
    return connections === 0 && subscriptions === 1;
  }, "nothing of it is left");
  assert.equal((await server.stats()).closed.client_closed, 1);
});

Deno.test("a peer that never answers a PING is stale and counted", async () => {
  await using server = await ServerProcess.start({ pingIntervalMs: 100, maxPingsOut: 2 });
  using silent = await Peer.open(server.port);
  await silent.untilEnd();
  assert.match(silent.received, /-ERR 'Stale Connection'\r\n$/);
  assert.equal((await server.stats()).closed.stale_connection, 1);
});

Deno.test("C2-43: ten thousand connections come and go and leave nothing behind", async () => {
  await using server = await ServerProcess.start();
  using witness = await Witness.open(server.port);
  const cycle = async (i: number) => {
    using peer = await Peer.open(server.port);
    await peer.send(`SUB cycle.${i} 1\r\nSUB cycle.* group 2\r\n`);
    // Every second one leaves without waiting for anything, its answers unread.
    if (i % 2 === 0) await peer.settle();
    else await peer.send("PING\r\n");
  };
  const cycles = async (count: number) => {
    for (let i = 0; i < count; i += 20) {
      await Promise.all(Array.from({ length: 20 }, (_, lane) => cycle(i + lane)));
      if (i % 1_000 === 0) await witness.isServed();
    }
    await eventually(async () => (await server.stats()).connections === 2, "only the witness");
  };
  await cycles(2_000);
  const before = { files: server.openFiles(), heap: await server.heapMib() };
  await cycles(8_000);
  const { totalConnections, subscriptions } = await server.stats();
  assert.equal(totalConnections, 10_002);
  assert.equal(subscriptions, 2);
  assert.ok(server.openFiles() <= before.files + 2);
  const growth = await server.heapMib() - before.heap;
  // Buffers that wait for their collection make the heap vary by some MiB; 8,000 connections that stayed would take more
  // than 40 MiB.
  assert.ok(growth < 12, `memory grew by ${growth.toFixed(1)} MiB over 8,000 connections`);
});

Deno.test("a flood of subscriptions ends at the limit and is forgotten with its client", async () => {
  await using server = await ServerProcess.start();
  using witness = await Witness.open(server.port);
  const limit = 65_536;
  {
    using flooder = await Peer.open(server.port);
    for (let i = 0; i < 100_000; i += 1_000) {
      const subs = Array.from({ length: 1_000 }, (_, n) => `SUB flood.${i + n}.* ${i + n}\r\n`);
      await flooder.send(subs.join(""));
      await flooder.settle();
      if (i % 10_000 === 0) await witness.isServed();
    }
    const { subscriptions, violations } = await server.stats();
    assert.equal(subscriptions, limit + 2);
    assert.equal(violations.max_subscriptions, 100_000 - limit);
    assert.ok(await server.memoryMib() < memoryBoundMib);
  }
  await eventually(async () => (await server.stats()).subscriptions === 2, "all forgotten");
  await witness.isServed();
});

Deno.test("a client that writes single bytes is served as any other", async () => {
  await using server = await ServerProcess.start();
  using subscriber = await Peer.open(server.port);
  await subscriber.send("SUB slowly 1\r\n");
  await subscriber.settle();
  using trickler = await Peer.open(server.port);
  const message = new TextEncoder().encode("PUB slowly 11\r\nbyte by byte".slice(0, -1) + "\r\n");
  for (let i = 0; i < 100; i++) {
    for (const byte of message) await trickler.send(Uint8Array.of(byte));
  }
  await trickler.settle();
  subscriber.forget();
  await subscriber.settle();
  assert.equal(subscriber.received.match(/MSG slowly 1 11\r\nbyte by byt\r\n/g)?.length, 100);
});

Deno.test("a CONNECT of a hundred megabytes is refused at the limit of a line", async () => {
  await using server = await ServerProcess.start();
  using witness = await Witness.open(server.port);
  using peer = await Peer.open(server.port, 'CONNECT {"name":"');
  let isOpen = true;
  for (let i = 0; i < 100 && isOpen; i++) isOpen = await peer.send(megabyte);
  await peer.untilEnd();
  await witness.isServed();
  assert.equal((await server.stats()).closed.max_control_line, 1);
  assert.ok(await server.memoryMib() < memoryBoundMib);
});

Deno.test("C2-20: a publish that announces more than the limit is refused at its line", async () => {
  await using server = await ServerProcess.start();
  using peer = await Peer.open(server.port);
  await peer.send("PUB huge 999999999\r\n");
  await peer.untilEnd();
  assert.match(peer.received, /-ERR 'Maximum Payload Violation'\r\n$/);
  assert.equal((await server.stats()).closed.max_payload, 1);
});

Deno.test("C2-21: a thousand clients that send rubbish are refused and counted", async () => {
  await using server = await ServerProcess.start();
  using witness = await Witness.open(server.port);
  for (let i = 0; i < 1_000; i++) {
    using peer = await Peer.open(server.port, "");
    await peer.send(rubbish(i, 512));
    await peer.endSending();
    await peer.untilEnd();
    if (i % 100 === 0) await witness.isServed();
  }
  await eventually(async () => (await server.stats()).connections === 2, "all are gone");
  const { closed } = await server.stats();
  const { protocol_violation, client_closed } = closed;
  assert.equal(protocol_violation + client_closed, 1_000);
  assert.ok(protocol_violation > 900, `only ${protocol_violation} of 1,000 were found out`);
  assert.ok(await server.memoryMib() < memoryBoundMib);
});

Deno.test("publishers of a stopped subscriber in process wait, and nothing is lost", async () => {
  await using server = await ServerProcess.start();
  using witness = await Witness.open(server.port);
  await server.subscribe("flood");
  await server.pause();
  using publisher = await Peer.open(server.port);
  const sent = (async () => {
    for (let i = 0; i < 200; i++) await publisher.send(largeMessage);
  })();
  await eventually(async () => (await server.stats()).holds > 0, "the publisher is held");
  for (let i = 0; i < 20; i++) await witness.isServed();
  assert.equal(await server.delivered(), 0);
  assert.ok(await server.memoryMib() < memoryBoundMib);
  await server.resume();
  await sent;
  await publisher.settle();
  assert.equal(await server.delivered(), 200);
  assert.ok(await server.memoryMib() < memoryBoundMib);
});

Deno.test("C2-18: a hundred clients that publish at full speed to one that stopped do not grow the server", async () => {
  await using server = await ServerProcess.start({ maxPendingBytes: 16 * mib });
  using witness = await Witness.open(server.port);
  using stopped = await Peer.open(server.port);
  await stopped.send("SUB flood 1\r\n");
  await stopped.settle();
  const publish = async () => {
    using publisher = await Peer.open(server.port);
    for (let i = 0; i < 4; i++) await publisher.send(largeMessage);
    await publisher.settle();
  };
  const publishing = Promise.all(Array.from({ length: 100 }, publish));
  for (let i = 0; i < 10; i++) await witness.isServed();
  await publishing;
  await witness.isServed();
  assert.equal((await server.stats()).slowConsumers, 1);
  // Each of the hundred may have one message of a mebibyte in the making.
  assert.ok(await server.memoryMib() < memoryBoundMib + 200);
});

Deno.test("a crowd with wrong passwords does not keep the server from others", async () => {
  const crowd = 30;
  await using server = await ServerProcess.start({ authTimeoutMs: 60_000 }, {
    auth: {
      users: [
        { user: "witness", password: "p" },
        // bcrypt of cost 10: a tenth of a second for each attempt.
        { user: "app", password: "$2b$10$Js5jNvuZ.nrYbb6Lz95NMegqmhBwbCQG4icm1y3cbcveWqRPT7HW6" },
      ],
    },
  });
  const { port } = server;
  using witness = await Witness.open(
    port,
    'CONNECT {"verbose":false,"user":"witness","pass":"p"}\r\n',
  );
  await witness.isServed();
  await using attackers = new AsyncDisposableStack();
  for (let i = 0; i < crowd; i++) {
    attackers.use(
      await Peer.open(port, `CONNECT {"verbose":false,"user":"app","pass":"guess ${i}"}\r\n`),
    );
  }
  await witness.isServed();
  const { closed: early } = await server.stats();
  assert.ok(early.authentication_failed < crowd / 2, "the witness waited for the crowd");
  await eventually(
    async () => (await server.stats()).closed.authentication_failed === crowd,
    "all of the crowd are refused",
  );
});

Deno.test("connections over the limit are refused and counted", async () => {
  await using server = await ServerProcess.start({ maxConnections: 100 });
  using witness = await Witness.open(server.port);
  using stack = new DisposableStack();
  for (let i = 0; i < 98; i++) stack.use(await Peer.open(server.port));
  for (let i = 0; i < 200; i++) {
    using refused = await Peer.open(server.port, "");
    await refused.untilEnd();
    assert.match(refused.received, /-ERR 'maximum connections exceeded'\r\n$/);
  }
  await witness.isServed();
  const { connections, closed } = await server.stats();
  assert.equal(connections, 100);
  assert.equal(closed.max_connections, 200);
});

Deno.test("rubbish instead of a TLS handshake, or nothing, ends its own connection only", async () => {
  const pem = (name: string) =>
    Deno.readTextFileSync(
      new URL(`../contract/nats_differential/certificates/${name}.pem`, import.meta.url),
    );
  await using server = await ServerProcess.start({ tlsTimeoutMs: 300 }, {
    tls: { cert: pem("server"), key: pem("server_key") },
  });
  const attempts = 100;
  using silent = new DisposableStack();
  for (let i = 0; i < attempts; i++) {
    silent.use(await Peer.open(server.port, ""));
    using peer = await Peer.open(server.port, "");
    await peer.until("INFO");
    await peer.send(rubbish(i, 512));
    await peer.untilEnd();
  }
  await eventually(
    async () => (await server.stats()).closed.tls_handshake === 2 * attempts,
    "all handshakes have failed",
  );
  using client = await Peer.open(server.port, "");
  await client.secure(pem("ca"));
  await client.send('CONNECT {"verbose":false}\r\n');
  await client.settle();
  assert.match(client.received, /PONG\r\n$/);
  assert.equal((await server.stats()).connections, 1);
});
