/**
 * Load on a NATS server from core 1, in buffers built before. Run as a process of its own:
 * `_nats_load.ts PORT MESSAGES BYTES PUBLISHERS SUBSCRIBERS GROUP`. Prints JSON: messages published, seconds
 * until the last is processed (and received by all), and messages that did not arrive.
 *
 * @module
 */
const [port, messages, size, publishers, subscribers] = Deno.args.slice(0, 5).map(Number);
const group = Deno.args[5] ?? "";

const one = `PUB LOG ${size}\r\n${"x".repeat(size)}\r\n`;
const perBuffer = Math.max(1, Math.floor(256 * 1024 / one.length));
const buffer = new TextEncoder().encode(one.repeat(perBuffer));
const perPublisher = Math.max(1, Math.round(messages / publishers / perBuffer));
const published = perPublisher * perBuffer * publishers;
const frameBytes = `MSG LOG 1 ${size}\r\n`.length + size + 2;
const expected = published * frameBytes * (group === "" ? subscribers : Math.min(1, subscribers));

let received = 0;
const { promise: complete, resolve } = Promise.withResolvers<void>();
const open = await Promise.all(
  Array.from({ length: subscribers }, () => connect(`SUB LOG ${group} 1\r\n`)),
);
for (const connection of open) void count(connection);
const senders = await Promise.all(Array.from({ length: publishers }, () => connect("")));
const start = performance.now();
await Promise.all(senders.map(publish));
if (expected > 0) await Promise.race([complete, new Promise((later) => setTimeout(later, 20_000))]);
const seconds = (performance.now() - start) / 1_000;
const lost = Math.round((expected - received) / frameBytes);
const result = JSON.stringify({ published, seconds, lost });
Deno.stdout.writeSync(new TextEncoder().encode(`${result}\n`));
Deno.exit(0);

async function connect(more: string): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const options = '{"verbose":false,"pedantic":false}';
  await write(connection, new TextEncoder().encode(`CONNECT ${options}\r\n${more}PING\r\n`));
  await pong(connection);
  return connection;
}

async function publish(connection: Deno.TcpConn): Promise<void> {
  for (let i = 0; i < perPublisher; i++) await write(connection, buffer);
  await write(connection, new TextEncoder().encode("PING\r\n"));
  await pong(connection);
}

async function count(connection: Deno.TcpConn): Promise<void> {
  const into = new Uint8Array(1 << 20);
  for (let read = await connection.read(into); read !== null; read = await connection.read(into)) {
    received += read;
    if (received >= expected) resolve();
  }
}

async function write(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

async function pong(connection: Deno.TcpConn): Promise<void> {
  const into = new Uint8Array(4_096);
  let text = "";
  while (!text.includes("PONG\r\n")) {
    const read = await connection.read(into);
    if (read === null) throw new Error(`The server closed the connection: ${text}`);
    text += new TextDecoder().decode(into.subarray(0, read));
  }
}
