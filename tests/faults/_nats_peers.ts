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
import { RawClient } from "../_support/raw_client.ts";
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

/** A raw connection that speaks the NATS protocol. */
export class Peer implements Disposable {
  readonly #client: RawClient;

  private constructor(client: RawClient) {
    this.#client = client;
  }

  /** Connects and sends `first`. Default: a `CONNECT` without verbose answers. */
  static async open(port: number, first = quietConnect): Promise<Peer> {
    const peer = new Peer(await RawClient.open(port));
    await peer.send(first);
    return peer;
  }

  /** Everything received so far. */
  get received(): string {
    return this.#client.received;
  }

  /** Starts TLS once INFO has arrived. */
  async secure(ca: string): Promise<void> {
    await this.until("INFO");
    await this.#client.secure(ca);
  }

  /** Sends all bytes; returns false if the server closed the connection. */
  send(data: string | Uint8Array): Promise<boolean> {
    return this.#client.send(data);
  }

  /** Reads until a text was received, or the end. */
  until(text: string): Promise<void> {
    return this.#client.until(text);
  }

  /** Reads until the server closes the connection. */
  untilEnd(): Promise<void> {
    return this.#client.untilEnd();
  }

  /** Forgets what was received. */
  forget(): void {
    this.#client.received = "";
  }

  /** Sends a PING and waits for its answer. */
  async settle(): Promise<void> {
    this.forget();
    await this.send("PING\r\n");
    await this.until("PONG\r\n");
  }

  /** Ends the sending direction only. */
  async endSending(): Promise<void> {
    await this.#client.endSending();
  }

  [Symbol.dispose](): void {
    this.#client[Symbol.dispose]();
  }
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
    this.#subscriber.forget();
    this.#publisher.forget();
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
