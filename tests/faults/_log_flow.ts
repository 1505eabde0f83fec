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
import { type AgentProcess, freePort, startAgent } from "../e2e/_agent.ts";

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
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", program, `${this.port}`, this.#path],
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const reader = this.#child.stdout.getReader();
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

/** An agent in mode TCP, its collector, and what was sent. */
export class LogFlow implements AsyncDisposable {
  readonly collector: CollectorProcess;
  readonly folder: string;
  agent!: AgentProcess;
  readonly #temp: Disposable;
  readonly #config: Readonly<Record<string, object>>;
  readonly #arrived: string;
  #sent = 0;

  private constructor(config: Readonly<Record<string, object>>) {
    const temp = tempDir({ folders: ["conf/static"] });
    this.#temp = temp;
    this.folder = temp.path;
    this.#config = config;
    this.#arrived = temp.join("arrived");
    this.collector = new CollectorProcess(this.#arrived);
  }

  /** Starts the agent and, unless told otherwise, the collector. */
  static async start(
    config: Readonly<Record<string, object>> = {},
    { withCollector = true } = {},
  ): Promise<LogFlow> {
    const flow = new LogFlow(config);
    try {
      await flow.#start(withCollector);
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
    this.agent = await startAgent({ folder: this.folder, config: this.#config });
  }

  /** Publishes that many lines, the containers in turn. */
  async send(lines: number): Promise<void> {
    await using nats = await connectNats(this.agent.natsUrl);
    for (let count = 0; count < lines; count++) {
      const number = this.#sent++;
      const containerName = containers[number % containers.length];
      nats.publish(
        "LOG",
        buildLogMessage({ containerId: "c1", containerName, payload: text(number) }),
      );
      if (count % 500 === 499) await nats.flush();
    }
    await nats.flush();
  }

  /** Value of a metric of route `logs_tcp`; 0 when there is none. */
  async book(name: string): Promise<number> {
    const { text } = await this.agent.get("/metrics");
    const found = new RegExp(`^cim_route_${name}{[^}]*route="logs_tcp"[^}]*} (\\S+)`, "m").exec(
      text,
    );
    return Number(found?.[1] ?? 0);
  }

  /** Waits until the last line has arrived. */
  async arrived(): Promise<void> {
    await until("the last line arrives", () => {
      const lines = this.lines;
      return new Set(lines).size >= this.#sent;
    }, { withinMs: 60_000, everyMs: 100 });
  }

  /** Number of different lines that have arrived. */
  get count(): number {
    return new Set(this.lines).size;
  }

  /**
   * Asserts that every line arrived with its payload, that no container's lines skip one (a line may come again
   * after an outage), that a fresh line passes, and that the books balance.
   */
  async judge(): Promise<void> {
    await this.send(containers.length);
    await this.arrived();
    const next = new Map(containers.map((container, index) => [container, index]));
    for (const line of this.lines) {
      const { container_name, log, kubernetes } = JSON.parse(line);
      const number = parseInt(log);
      assert.equal(log, text(number));
      assert.equal(container_name, containers[number % containers.length]);
      assert.deepEqual(kubernetes, { namespace_name: "ns1", pod_name: "amf-0" });
      const expected = next.get(container_name)!;
      assert(number <= expected, `${container_name}: ${number} arrived before ${expected}`);
      if (number === expected) next.set(container_name, number + containers.length);
    }
    assert.deepEqual(
      [...next.values()].sort((a, b) => a - b),
      containers.map((_, index) => this.#sent + index),
    );
    assert.equal(await this.book("unaccounted"), 0);
    assert.equal(await this.book("dropped_total"), 0);
    assert.equal(await this.book("rejected_total"), 0);
    const settled = await this.book("delivered_total") + await this.book("spooled") +
      await this.book("in_flight");
    assert.equal(await this.book("accepted_total"), settled);
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

/** The payload of a line: its number, and a length and characters that differ from line to line. */
function text(number: number): string {
  return `${number} ${'"é<x>'.repeat(number % 20)}`;
}
