/**
 * The other ends of the hostile tests: the server's process, raw connections, and a well-behaved pair of
 * clients that must be served whatever the others do.
 */
import assert from "node:assert/strict";
import type {
  AuthOptions,
  NatsLimits,
  NatsServerStats,
  NatsTlsOptions,
} from "../../plugins/nats_server/mod.ts";
import { until } from "../_support/until.ts";

const encoder = new TextEncoder();
const program = new URL("./_nats_server_process.ts", import.meta.url).pathname;
/** Far beyond what any answer takes; only a server that hangs gets there. */
const boundMs = 60_000;

/** A server in another process. */
export class ServerProcess implements AsyncDisposable {
  readonly port: number;
  readonly #child: Deno.ChildProcess;
  readonly #commands: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: AsyncIterator<string>;

  private constructor(
    port: number,
    child: Deno.ChildProcess,
    answers: AsyncIterator<string>,
  ) {
    this.port = port;
    this.#child = child;
    this.#commands = child.stdin.getWriter();
    this.#answers = answers;
  }

  /** Starts it with these limits, users and certificates. */
  static async start(
    limits: Partial<NatsLimits> = {},
    { auth, tls }: { auth?: AuthOptions; tls?: NatsTlsOptions } = {},
  ): Promise<ServerProcess> {
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--v8-flags=--expose-gc",
        "--allow-net=127.0.0.1",
        "--quiet",
        program,
        JSON.stringify({ limits, auth, tls }),
      ],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const answers = lines(child.stdout);
    const { value, done } = await answers.next();
    assert.ok(!done, "the server's process ended before it listened");
    return new ServerProcess(JSON.parse(value), child, answers);
  }

  /** Its counters. */
  async stats(): Promise<NatsServerStats> {
    return await this.#ask("stats") as NatsServerStats;
  }

  /** Its resident memory, in MiB. */
  async memoryMib(): Promise<number> {
    return await this.#ask("memory") as number / 1024 / 1024;
  }

  /** What is in use of its memory, in MiB, garbage collected. */
  async heapMib(): Promise<number> {
    return await this.#ask("heap") as number / 1024 / 1024;
  }

  /** Files it has open, sockets included; needs /proc. */
  openFiles(): number {
    return [...Deno.readDirSync(`/proc/${this.#child.pid}/fd`)].length;
  }

  /** Subscribes in its process. */
  async subscribe(subject: string): Promise<void> {
    await this.#ask(`subscribe ${subject}`);
  }

  /** Declares that subscriber full. */
  async pause(): Promise<void> {
    await this.#ask("pause");
  }

  /** Lets it take messages again. */
  async resume(): Promise<void> {
    await this.#ask("resume");
  }

  /** Messages it got. */
  async delivered(): Promise<number> {
    return await this.#ask("delivered") as number;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#commands.abort();
    await this.#answers.return?.();
    await this.#child.status;
  }

  async #ask(command: string): Promise<unknown> {
    await this.#commands.write(encoder.encode(`${command}\n`));
    const { value, done } = await this.#answers.next();
    assert.ok(!done, `the server's process ended on "${command}"`);
    return JSON.parse(value);
  }
}

async function* lines(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop()!;
    yield* parts;
  }
}

const quietConnect = 'CONNECT {"verbose":false}\r\n';

/** A connection that sends and reads bytes as it is told. */
export class Peer implements Disposable {
  /** What was read so far. */
  received = "";
  ended = false;
  #conn: Deno.TcpConn | Deno.TlsConn;
  readonly #buffer = new Uint8Array(64 * 1024);
  readonly #decoder = new TextDecoder();

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  /** Connects; sends `CONNECT` unless told otherwise. */
  static async open(port: number, first = quietConnect): Promise<Peer> {
    const peer = new Peer(await Deno.connect({ hostname: "127.0.0.1", port }));
    await peer.send(first);
    return peer;
  }

  /** Goes over to TLS once INFO is there. */
  async secure(ca: string): Promise<void> {
    await this.until("INFO");
    const conn = this.#conn as Deno.TcpConn;
    this.#conn = await Deno.startTls(conn, { hostname: "localhost", caCerts: [ca] });
  }

  /** Sends all of it; false when the server is gone. */
  async send(data: string | Uint8Array): Promise<boolean> {
    const bytes = typeof data === "string" ? encoder.encode(data) : data;
    try {
      for (let at = 0; at < bytes.length;) at += await this.#conn.write(bytes.subarray(at));
      return true;
    } catch (error) {
      if (isHangUp(error)) return false;
      throw error;
    }
  }

  /** Reads until a text was received, or the end. */
  async until(text: string): Promise<void> {
    while (!this.ended && !this.received.includes(text)) await this.#read();
  }

  /** Reads until the server hangs up. */
  async untilEnd(): Promise<void> {
    while (!this.ended) await this.#read();
  }

  /** Sends a PING and waits for its answer. */
  async settle(): Promise<void> {
    this.received = "";
    await this.send("PING\r\n");
    await this.until("PONG\r\n");
  }

  /** Ends the sending side only. */
  async endSending(): Promise<void> {
    await this.#conn.closeWrite();
  }

  [Symbol.dispose](): void {
    this.#conn.close();
  }

  async #read(): Promise<void> {
    try {
      const count = await this.#conn.read(this.#buffer);
      if (count === null) this.ended = true;
      else this.received += this.#decoder.decode(this.#buffer.subarray(0, count), { stream: true });
    } catch (error) {
      if (!isHangUp(error)) throw error;
      this.ended = true;
    }
  }
}

function isHangUp(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.ConnectionAborted;
}

/** A subscriber and a publisher that behave. */
export class Witness implements Disposable {
  readonly #subscriber: Peer;
  readonly #publisher: Peer;
  #count = 0;

  private constructor(subscriber: Peer, publisher: Peer) {
    this.#subscriber = subscriber;
    this.#publisher = publisher;
  }

  /** Connects both. */
  static async open(port: number, first = quietConnect): Promise<Witness> {
    const subscriber = await Peer.open(port, first);
    await subscriber.send("SUB witness 1\r\n");
    await subscriber.settle();
    return new Witness(subscriber, await Peer.open(port, first));
  }

  /** Sends one message from one to the other; it must arrive. */
  async isServed(): Promise<void> {
    const text = `served ${++this.#count};`;
    await this.#publisher.send(`PUB witness ${text.length}\r\n${text}\r\nPING\r\n`);
    await this.#subscriber.send("PONG\r\n");
    await this.#subscriber.until(text);
    assert.ok(this.#subscriber.received.includes(text), "a well-behaved client was not served");
    this.#subscriber.received = "";
    this.#publisher.received = "";
    await this.#publisher.until("PONG\r\n");
  }

  [Symbol.dispose](): void {
    this.#subscriber[Symbol.dispose]();
    this.#publisher[Symbol.dispose]();
  }
}

/** Polls until the condition holds. */
export async function eventually(holds: () => Promise<boolean>, what: string): Promise<void> {
  await until(what, holds, { withinMs: boundMs, everyMs: 20 });
}
