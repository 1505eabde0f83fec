/**
 * The agent as a process with publishers, an application, a log collector and, where they are available, a Kafka broker
 * and a small disk of their own, and the judge of what arrives.
 *
 * @module
 */
import assert from "node:assert/strict";
import { recordsOf } from "../../cim/cli/spool/records.ts";
import { readSpool } from "../../core/mod.ts";
import { randomFrom } from "../_support/random.ts";
import { type SmallDisk, smallDisk } from "../_support/small_disk.ts";
import { type TempDir, tempDir } from "../_support/temp_dir.ts";
import { until } from "../_support/until.ts";
import { buildEvent, buildLogMessage } from "../_support/wire_messages.ts";
import { type AgentProcess, changeSets, commitKey, freePort, startAgent } from "../e2e/_agent.ts";
import { ChaosApp } from "../faults/_chaos_app.ts";
import { type CuttableProxy, cuttableProxy } from "../faults/_cuttable_proxy.ts";
import { CollectorProcess } from "../faults/_log_flow.ts";
import { Judge, Oracle } from "../faults/_oracle.ts";
import { countRecords, createTopic, topicRecords } from "../integration/_kafka.ts";
import { freePorts, type PrivateServer, startPrivate } from "../integration/_servers.ts";
import { Publisher } from "./_publisher.ts";
import { Tail } from "./_tail.ts";

const linesPerSecond = 1_500;
const eventsPerSecond = 300;
/** Without Kafka all events stay in the spool, which must not become full. */
const maxEventsWithoutKafka = 20_000;
const eventName = "Soak";
const containers = ["amf", "smf", "upf"];
const recoveryMs = 90_000;

/** What an agent uses. */
export interface Usage {
  readonly residentMib: number;
  readonly descriptors: number;
}

/** Everything that takes part. */
export class Rig implements AsyncDisposable {
  readonly random: () => number;
  readonly collector: CollectorProcess;
  /** Between the agent and the collector. */
  readonly collectorProxy: CuttableProxy;
  /** Between publishers and application and the agent. */
  readonly natsProxy: CuttableProxy;
  readonly lines: Publisher;
  readonly events: Publisher;
  readonly lineJudge: Judge;
  readonly eventJudge: Judge;
  readonly kafka: PrivateServer | undefined;
  readonly disk: SmallDisk | undefined;
  /** Usage of the agents, sampled once a second and before each kill. */
  readonly usage: Usage[] = [];
  #agent: AgentProcess;
  readonly #app: ChaosApp;
  readonly #folder: TempDir;
  readonly #tail: Tail;
  readonly #start: () => Promise<AgentProcess>;
  readonly #stack: AsyncDisposableStack;
  #revision = 1;
  #kafkaStart: Promise<void> = Promise.resolve();
  #isKafkaRunning = true;
  #isDisposed = false;
  #starting: Promise<unknown> = Promise.resolve();

  private constructor(parts: {
    random: () => number;
    collector: CollectorProcess;
    collectorProxy: CuttableProxy;
    natsProxy: CuttableProxy;
    kafka: PrivateServer | undefined;
    disk: SmallDisk | undefined;
    folder: TempDir;
    app: ChaosApp;
    agent: AgentProcess;
    start: () => Promise<AgentProcess>;
    stack: AsyncDisposableStack;
  }) {
    this.random = parts.random;
    this.collector = parts.collector;
    this.collectorProxy = parts.collectorProxy;
    this.natsProxy = parts.natsProxy;
    this.kafka = parts.kafka;
    this.disk = parts.disk;
    this.#folder = parts.folder;
    this.#app = parts.app;
    this.#agent = parts.agent;
    this.#start = parts.start;
    this.#stack = parts.stack;
    this.#tail = new Tail(parts.folder.join("arrived"));
    const url = `nats://127.0.0.1:${this.natsProxy.port}`;
    const [lineOracle, eventOracle] = [new Oracle(containers), new Oracle(containers)];
    this.lineJudge = new Judge(lineOracle);
    this.eventJudge = new Judge(eventOracle);
    this.lines = this.#stack.use(
      new Publisher({
        url,
        subject: "LOG",
        oracle: lineOracle,
        messagesPerSecond: linesPerSecond,
        encode: ({ source, text }) =>
          buildLogMessage({ containerId: "c1", containerName: source, payload: text }),
      }),
    );
    this.events = this.#stack.use(
      new Publisher({
        url,
        subject: "EVENT",
        oracle: eventOracle,
        messagesPerSecond: eventsPerSecond,
        maxMessages: this.kafka === undefined ? maxEventsWithoutKafka : undefined,
        encode: ({ number, source, text }) =>
          buildEvent({
            eventName,
            eventTime: BigInt(number),
            containerId: source,
            managedObject: [["text", text]],
          }),
      }),
    );
  }

  /** Starts everything; publishers begin at once. */
  static async start(seed: number): Promise<Rig> {
    await using stack = new AsyncDisposableStack();
    const folder = stack.use(tempDir({ prefix: "cim-soak-", folders: ["conf/static"] }));
    const disk = await smallDisk("size=96m");
    if (disk !== undefined) stack.use(disk);
    const kafka = Deno.env.get("CIM_TEST_SERVICES") ? await startPrivate("kafka") : undefined;
    if (kafka !== undefined) {
      stack.use(kafka);
      await createTopic(`127.0.0.1:${kafka.port}`, "EVENT");
    }
    const collector = stack.use(new CollectorProcess(folder.join("arrived")));
    await collector.start();
    const collectorProxy = stack.use(cuttableProxy(collector.port));
    const natsPort = freePorts();
    const natsProxy = stack.use(cuttableProxy(natsPort));
    const app = stack.use(new ChaosApp(freePort(), () => "success"));
    await writeJson(folder.join("conf", "static", "common-infra.json"), {
      logging_svc_url: `127.0.0.1:${collectorProxy.port}`,
      enable_retrx: "true",
    });
    await writeJson(folder.join("conf", "cim.json"), {
      cimConfig: { lmaas: { logging_mode: "TCP" } },
    });
    const start = () =>
      startAgent({
        folder: folder.path,
        config: {
          nats: { port: natsPort },
          app: { port: app.port },
          paths: { data: `${disk?.folder ?? folder.path}/data` },
          // Nothing may be dropped: publishers wait.
          logs: { max_block: "1h" },
          spool: { max_size: "64MiB" },
          ...kafka && { kafka: { brokers: [`127.0.0.1:${kafka.port}`] } },
        },
      });
    const agent = await start();
    try {
      const response = await fetch(`${agent.restUrl}/api/v1/_operations/xgvela/register`, {
        method: "POST",
        body: JSON.stringify({ container_name: "amf", container_id: app.containerId }),
      });
      await response.body?.cancel();
      assert.equal(response.status, 200);
      await app.connect(`nats://127.0.0.1:${natsProxy.port}`);
    } catch (error) {
      await agent[Symbol.asyncDispose]();
      throw error;
    }
    return new Rig({
      ...{ random: randomFrom(seed), collector, collectorProxy, natsProxy, kafka, disk, folder },
      ...{ app, agent, start, stack: stack.move() },
    });
  }

  /** What the agent logged since it started. */
  get agentLog(): string {
    return this.#agent.log;
  }

  /** The text of the agent's metrics. */
  async metrics(): Promise<string> {
    return (await this.#agent.get("/metrics")).text;
  }

  /** A random number from `low` to below `high`. */
  between(low: number, high: number): number {
    return low + this.random() * (high - low);
  }

  /** Lets a fault last for a random time, at times with a change of the configuration meanwhile. */
  async last(lowMs: number, highMs: number): Promise<void> {
    const lasting = pause(this.between(lowMs, highMs));
    if (this.random() < 0.5) await this.changeConfiguration();
    await lasting;
  }

  /** Whether the broker was not stopped, or has started again. */
  get isKafkaRunning(): boolean {
    return this.#isKafkaRunning;
  }

  /** Waits until the broker runs. */
  async untilKafkaRuns(): Promise<void> {
    await this.#kafkaStart;
  }

  /** Starts the broker again; other faults do not wait for it, since it takes many seconds on a busy machine. */
  startKafka(): void {
    this.#isKafkaRunning = false;
    this.#kafkaStart = this.kafka!.restart().then(() => {
      this.#isKafkaRunning = true;
    });
    // Awaited by `untilKafkaRuns`.
    this.#kafkaStart.catch(() => {});
  }

  /** Kills the agent and starts the next one, after `meanwhile`. */
  async killAgent(meanwhile?: () => Promise<void>): Promise<void> {
    this.sample();
    this.#agent.kill("SIGKILL");
    for (const publisher of [this.lines, this.events]) publisher.agentKilled();
    await this.#agent.ended;
    await meanwhile?.();
    await this.#startNext();
  }

  /** Stops the agent as an operator does and starts the next one. */
  async restartAgent(): Promise<void> {
    this.sample();
    const { code, err } = await this.#agent.stop();
    assert.equal(code, 0, err);
    await this.#startNext();
  }

  /** Writes a change-set for the application or for the agent itself, and waits for its commit. */
  async changeConfiguration(): Promise<void> {
    const revision = ++this.#revision;
    const isOwn = this.random() < 0.5;
    const patch = [{
      op: "replace",
      path: "/cimConfig/lmaas/flush_timeout",
      value: Math.floor(this.between(5, 31)),
    }];
    const key = `${changeSets}/${isOwn ? "cim" : "amf"}.json/${revision}`;
    await this.#agent.put(key, isOwn ? JSON.stringify(patch) : "[]");
    await this.committed();
  }

  /** Waits until the last change-set is committed. */
  async committed(): Promise<void> {
    if (this.#revision === 1) return;
    // The application sends replies again that were cut off.
    await this.#app.connect(`nats://127.0.0.1:${this.natsProxy.port}`);
    await until(`the commit of ${this.#revision}`, async () => {
      return await this.#agent.key(commitKey) === `${this.#revision}`;
    }, { withinMs: recoveryMs, everyMs: 50 });
  }

  /** Waits until a line that is sent from now on has arrived. */
  async recovered(): Promise<void> {
    const { sent } = this.lines.oracle;
    await until(`line ${sent} arrives`, () => {
      assert(!this.#agent.hasEnded, "the agent has ended");
      this.readLines();
      return this.lineJudge.reached > sent;
    }, { withinMs: recoveryMs, everyMs: 100 });
  }

  /** Judges the lines that have arrived since the last call. */
  readLines(): void {
    this.#tail.read((line) => {
      const { container_name, log } = JSON.parse(line);
      this.lineJudge.observe({ source: container_name, text: log });
    });
  }

  /** Notes what the agent uses now, if it runs. */
  sample(): void {
    if (this.#agent.hasEnded) return;
    const proc = `/proc/${this.#agent.process.pid}`;
    try {
      const status = Deno.readTextFileSync(`${proc}/status`);
      const descriptors = [...Deno.readDirSync(`${proc}/fd`)].length;
      const [, resident] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
      // A process that was just killed has none.
      if (resident === undefined) return;
      this.usage.push({ residentMib: Number(resident) / 1_024, descriptors });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  /** Ends the agent, and judges the events that are in the topic, or without Kafka in the spool. */
  async stopAndReadEvents(): Promise<void> {
    const { code, err } = await this.#agent.stop();
    assert.equal(code, 0, err);
    for await (const text of this.#eventDocuments()) {
      const { eventName: name, containerId, managedObject } = JSON.parse(text);
      if (name !== eventName) continue;
      this.eventJudge.observe({ source: containerId, text: managedObject[0].value });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    // `#startNext` reports it; the agent that it starts is ended here.
    await this.#starting.catch(() => {});
    await this.#kafkaStart.catch(() => {}); // `untilKafkaRuns` reports it.
    await this.#agent[Symbol.asyncDispose]();
    await this.#stack[Symbol.asyncDispose]();
  }

  async #startNext(): Promise<void> {
    assert(!this.#isDisposed, "the soak has ended");
    const starting = this.#start();
    this.#starting = starting;
    this.#agent = await starting;
    await this.#app.connect(`nats://127.0.0.1:${this.natsProxy.port}`);
  }

  async *#eventDocuments(): AsyncGenerator<string> {
    if (this.kafka === undefined) {
      const decoder = new TextDecoder();
      const data = `${this.disk?.folder ?? this.#folder.path}/data`;
      for await (const block of readSpool(`${data}/spool`, "events")) {
        for (const { value } of recordsOf(block)) yield decoder.decode(value);
      }
      return;
    }
    const broker = `127.0.0.1:${this.kafka.port}`;
    let left = await countRecords(broker, "EVENT");
    if (left === 0) return;
    for await (const { value } of topicRecords(broker, "EVENT")) {
      yield value;
      if (--left === 0) return;
    }
  }
}

/** Waits that many milliseconds: the time that a fault lasts. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await Deno.writeTextFile(path, JSON.stringify(value));
}
