/**
 * Sends LogMessages, or events when the subject is EVENT, as fast as the other side takes them, or at most RATE a second
 * on each connection, from buffers built before. Run as a process of its own:
 * `_log_sender.ts PORT CONNECTIONS MESSAGES BYTES [RATE [SUBJECT]]`; prints the seconds from the first byte to the last
 * PONG. MESSAGES is rounded up to whole buffers and printed, too.
 *
 * @module
 */
import { buildEvent, buildLogMessage } from "../_support/wire_messages.ts";

const perBuffer = 300;
const encoder = new TextEncoder();

const [port, connections, messages, bytes, rate = Infinity] = Deno.args.slice(0, 5).map(Number);
const subject = Deno.args[5] ?? "LOG";
const buffer = prebuilt(bytes);
const buffers = Math.ceil(messages / connections / perBuffer);
const sockets = await Promise.all(Array.from({ length: connections }, connect));
const begun = performance.now();
await Promise.all(sockets.map(send));
const seconds = (performance.now() - begun) / 1_000;
const line = JSON.stringify({ seconds, messages: buffers * perBuffer * connections });
await Deno.stdout.write(encoder.encode(`${line}\n`));

/** Publishes for three containers, one after the other; LogMessages have exactly that size. */
function prebuilt(size: number): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let i = 0; i < perBuffer; i++) {
    const name = `amf${i % 3}`;
    const message = subject === "EVENT" ? eventOf(name, size) : messageOf(name, size);
    parts.push(
      encoder.encode(`PUB ${subject} ${message.length}\r\n`),
      message,
      encoder.encode("\r\n"),
    );
  }
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

/** An event whose additional information has that size. */
function eventOf(containerId: string, size: number): Uint8Array {
  return buildEvent({
    eventName: "CollectorDown",
    eventTime: 1_600_000_000_000n,
    containerId,
    additionalInfo: [["host", "x".repeat(size)]],
  }).slice();
}

function messageOf(containerName: string, size: number): Uint8Array {
  let message = new Uint8Array(0);
  for (let length = size - 52; message.length !== size; length--) {
    message = buildLogMessage({ containerId: "c1", containerName, payload: "x".repeat(length) })
      .slice();
    if (message.length < size) throw new Error(`No LogMessage of ${size} bytes`);
  }
  return message;
}

async function connect(): Promise<Deno.TcpConn> {
  const socket = await Deno.connect({ hostname: "127.0.0.1", port });
  await socket.read(new Uint8Array(4_096));
  await write(socket, encoder.encode('CONNECT {"verbose":false,"pedantic":false}\r\n'));
  return socket;
}

async function send(socket: Deno.TcpConn): Promise<void> {
  for (let i = 0; i < buffers; i++) {
    const aheadMs = begun + i * perBuffer * 1_000 / rate - performance.now();
    if (aheadMs > 1) await new Promise((resolve) => setTimeout(resolve, aheadMs));
    await write(socket, buffer);
  }
  await write(socket, encoder.encode("PING\r\n"));
  const answer = new Uint8Array(4_096);
  for (let text = ""; !text.includes("PONG");) {
    const count = await socket.read(answer);
    if (count === null) throw new Error("The server closed the connection");
    text += new TextDecoder().decode(answer.subarray(0, count));
  }
  socket.close();
}

async function write(socket: Deno.TcpConn, part: Uint8Array): Promise<void> {
  for (let at = 0; at < part.length;) at += await socket.write(part.subarray(at));
}
