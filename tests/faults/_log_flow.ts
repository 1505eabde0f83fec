/**
 * Numbered lines from three containers through an agent to a collector, all three as processes of their own, and the
 * judge of what arrived.
 *
 * @module
 */
import assert from "node:assert/strict";
import { connectNats } from "../../plugins/nats/mod.ts";
import { buildLogMessage } from "../_support/wire_messages.ts";
import { tempDir } from "../_support/temp_dir.ts";
import { until } from "../_support/until.ts";
import { type AgentOptions, type AgentProcess, freePort, startAgent } from "../e2e/_agent.ts";
import { type Arrival, assertBalanced, Oracle, readBook, type RouteBook } from "./_oracle.ts";

const containers = ["amf", "smf", "upf"];

/** A collector that can be killed and started again on the same port. */
export class CollectorProcess implements AsyncDisposable {
  readonly port: number = freePort();
  readonly #path: string;
  #child: Deno.ChildProcess | undefined;

  /** Collects into a file. */
  constructor(path: string) {
    this.#path = path;
  }

  /** Starts it. */
  async start(): Promise<void> {
    const program = new URL("_log_collector.ts", import.meta.url).pathname;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", program, `${this.port}`, this.#path],
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#child = child;
    // It may end without this, by a signal to all processes of the terminal.
    child.status.then(() => {
      if (this.#child === child) this.#child = undefined;
    });
    const reader = child.stdout.getReader();
    const { value } = await reader.read();
    assert.equal(new TextDecoder().decode(value), "ready\n");
    await reader.cancel();
  }

  /** Sends it a signal, such as SIGSTOP. */
  signal(signal: Deno.Signal): void {
    this.#child!.kill(signal);
  }

  /** Ends it with SIGKILL. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    child?.kill("SIGKILL");
    await child?.status;
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

/** How a {@linkcode LogFlow} is started. */
export interface LogFlowOptions {
  /** Whether the collector is started. Default true. */
  readonly withCollector?: boolean;
  /** Command that starts the agent's command. Default: none. */
  readonly wrapper?: AgentOptions["wrapper"];
}

/** An agent in mode TCP, its collector, and what was sent. */
export class LogFlow implements AsyncDisposable {
  readonly collector: CollectorProcess;
  readonly folder: string;
  agent!: AgentProcess;
  readonly #temp: Disposable;
  readonly #config: Readonly<Record<string, object>>;
  readonly #arrived: string;
  readonly #options: LogFlowOptions;
  readonly #oracle = new Oracle(containers);

  private constructor(config: Readonly<Record<string, object>>, options: LogFlowOptions) {
    const temp = tempDir({ folders: ["conf/static"] });
    this.#temp = temp;
    this.folder = temp.path;
    this.#config = config;
    this.#options = options;
    this.#arrived = temp.join("arrived");
    this.collector = new CollectorProcess(this.#arrived);
  }

  /** Starts the agent and, unless `options` say otherwise, the collector. */
  static async start(
    config: Readonly<Record<string, object>> = {},
    options: LogFlowOptions = {},
  ): Promise<LogFlow> {
    const flow = new LogFlow(config, options);
    try {
      await flow.#start(options.withCollector ?? true);
      return flow;
    } catch (error) {
      await flow.collector[Symbol.asyncDispose]();
      flow.#temp[Symbol.dispose]();
      throw error;
    }
  }

  async #start(withCollector: boolean): Promise<void> {
    await Deno.writeTextFile(
      `${this.folder}/conf/static/common-infra.json`,
      JSON.stringify({
        logging_svc_url: `127.0.0.1:${this.collector.port}`,
        enable_retrx: "true",
      }),
    );
    await Deno.writeTextFile(
      `${this.folder}/conf/cim.json`,
      JSON.stringify({ cimConfig: { lmaas: { logging_mode: "TCP" } } }),
    );
    if (withCollector) await this.collector.start();
    await this.startAgent();
  }

  /** Starts an agent on the same folder. */
  async startAgent(): Promise<void> {
    const { wrapper } = this.#options;
    this.agent = await startAgent({ folder: this.folder, config: this.#config, wrapper });
  }

  /** Publishes that many lines, the containers in turn. */
  async send(lines: number): Promise<void> {
    await using nats = await connectNats(this.agent.natsUrl);
    for (let count = 0; count < lines; count++) {
      const { source, text } = this.#oracle.next();
      nats.publish(
        "LOG",
        buildLogMessage({ containerId: "c1", containerName: source, payload: text }),
      );
      if (count % 500 === 499) await nats.flush();
    }
    await nats.flush();
  }

  /** The counters of route `logs_tcp`. */
  async book(): Promise<RouteBook> {
    return readBook((await this.agent.get("/metrics")).text, "logs_tcp");
  }

  /** Waits until the last line has arrived. */
  async arrived(): Promise<void> {
    await until("the last line arrives", () => {
      const lines = this.lines;
      return new Set(lines).size >= this.#oracle.sent;
    }, { withinMs: 60_000, everyMs: 100 });
  }

  /** Number of different lines that have arrived. */
  get count(): number {
    return new Set(this.lines).size;
  }

  /**
   * Asserts that every line arrived with its payload and in order, that a fresh line passes, and that the books
   * balance. With `dropped`, that many lines were dropped and counted instead.
   */
  async judge({ dropped = 0 } = {}): Promise<void> {
    await this.send(containers.length);
    await until("the last line arrives", () => this.count >= this.#oracle.sent - dropped, {
      withinMs: 60_000,
      everyMs: 100,
    });
    const { missing } = this.#oracle.judge(this.lines.map(arrivalOf));
    assert.equal(missing.length, dropped);
    assert(!missing.some((number) => number >= this.#oracle.sent - containers.length));
    const book = await this.book();
    assertBalanced(book);
    assert.deepEqual([book.dropped, book.rejected], [dropped, 0]);
  }

  /** Ends both processes and removes the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.agent[Symbol.asyncDispose]();
    await this.collector[Symbol.asyncDispose]();
    this.#temp[Symbol.dispose]();
  }

  /** The records that have arrived, in their order. */
  get lines(): string[] {
    try {
      return Deno.readTextFileSync(this.#arrived).split("\n").slice(0, -1);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
  }
}

function arrivalOf(line: string): Arrival {
  const { container_name, log, kubernetes } = JSON.parse(line);
  assert.deepEqual(kubernetes, { namespace_name: "ns1", pod_name: "amf-0" });
  return { source: container_name, text: log };
}
