/**
 * Requests from one client to another, from core 1. Run as a process of its own:
 * `_nats_request_load.ts PORT REQUESTS IN_FLIGHT`. Prints JSON: the rate, and the latencies' percentiles in
 * milliseconds.
 *
 * @module
 */
const [port, requests, inFlight] = Deno.args.map(Number);
const decoder = new TextDecoder();
const encoder = new TextEncoder();

const responder = await connect("SUB svc 1\r\n");
void respond();
const requester = await connect("SUB inbox.* 1\r\n");
const sentMs = new Float64Array(requests);
const latencies = new Float64Array(requests);
let sent = 0;
let answered = 0;
const start = performance.now();
await send(inFlight);
await collect();
const seconds = (performance.now() - start) / 1_000;
latencies.sort();
const at = (share: number) => latencies[Math.min(requests - 1, Math.floor(requests * share))];
const result = JSON.stringify({ rate: requests / seconds, p50: at(0.5), p99: at(0.99) });
Deno.stdout.writeSync(encoder.encode(`${result}\n`));
Deno.exit(0);

async function respond(): Promise<void> {
  let rest = "";
  for (const into = new Uint8Array(1 << 16);;) {
    const read = await responder.read(into);
    if (read === null) return;
    const text = rest + decoder.decode(into.subarray(0, read));
    const end = text.lastIndexOf("\r\n") + 2;
    rest = text.slice(end);
    let answers = "";
    for (const [, reply] of text.slice(0, end).matchAll(/MSG svc 1 (\S+) 1\r\n/g)) {
      answers += `PUB ${reply} 1\r\n!\r\n`;
    }
    if (answers !== "") await write(responder, answers);
  }
}

async function send(count: number): Promise<void> {
  let text = "";
  for (let i = 0; i < count && sent < requests; i++) {
    sentMs[sent] = performance.now();
    text += `PUB svc inbox.${sent} 1\r\n?\r\n`;
    sent++;
  }
  if (text !== "") await write(requester, text);
}

async function collect(): Promise<void> {
  let rest = "";
  for (const into = new Uint8Array(1 << 16); answered < requests;) {
    const read = await requester.read(into);
    if (read === null) throw new Error("The server closed the connection");
    const now = performance.now();
    const text = rest + decoder.decode(into.subarray(0, read));
    const end = text.lastIndexOf("!\r\n") + 3;
    rest = end < 3 ? text : text.slice(end);
    const before = answered;
    if (end >= 3) {
      for (const [, id] of text.slice(0, end).matchAll(/MSG inbox\.(\d+) 1 1\r\n/g)) {
        latencies[answered++] = now - sentMs[Number(id)];
      }
    }
    await send(answered - before);
  }
}

async function connect(more: string): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  connection.setNoDelay(true);
  await write(connection, `CONNECT {"verbose":false,"pedantic":false}\r\n${more}PING\r\n`);
  const into = new Uint8Array(4_096);
  let text = "";
  while (!text.includes("PONG\r\n")) {
    text += decoder.decode(into.subarray(0, await connection.read(into) ?? 0));
  }
  return connection;
}

async function write(connection: Deno.TcpConn, text: string): Promise<void> {
  const bytes = encoder.encode(text);
  for (let written = 0; written < bytes.length;) {
    written += await connection.write(bytes.subarray(written));
  }
}
