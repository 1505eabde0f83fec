/* An agent on core 0 whose messages leave it, the sender of the messages on core 1, and what is measured of both. */
import { AgentProcess, fromSource } from "./_agent_process.ts";
import { onCore } from "./_on_core.ts";
import type { BenchReporter } from "./_reporter.ts";

/** How the agent is set up. */
export interface LogAgentOptions {
  /** Members of the section `lmaas` of `cim.json`. */
  readonly lmaas: Readonly<Record<string, unknown>>;
  /** Members of `common-infra.json`, beside `enable_retrx`. */
  readonly infra?: Readonly<Record<string, unknown>>;
  /** Environment, beside folders and identity. */
  readonly env?: Readonly<Record<string, string>>;
  /** Gets what the agent writes to its standard output. Default: it is discarded. */
  readonly onOutput?: (bytes: Uint8Array) => void;
}

/** Writes the settings below `folder`, starts the agent there, and waits until it is ready. */
export async function startLogAgent(
  folder: string,
  { lmaas, infra = {}, env = {}, onOutput }: LogAgentOptions,
): Promise<AgentProcess> {
  const write = (name: string, document: unknown) =>
    Deno.writeTextFile(`${folder}/conf/${name}`, JSON.stringify(document));
  await Deno.mkdir(`${folder}/conf/static`, { recursive: true });
  // The lines of the agent itself would be counted with the others.
  const cim_settings = { log_level: "INFO", cim_file_log: false };
  await write("cim.json", { cimConfig: { lmaas, cim_settings } });
  await write("static/common-infra.json", { enable_retrx: "true", ...infra });
  const agent = AgentProcess.spawn(onCore(0, fromSource), {
    CIM_PATHS_CONF: `${folder}/conf`,
    CIM_PATHS_LOGS: `${folder}/logs`,
    CIM_PATHS_DATA: `${folder}/data`,
    K8S_NAMESPACE: "ns1",
    K8S_POD_ID: "amf-0",
    ...env,
  }, onOutput);
  try {
    await agent.ready();
  } catch (error) {
    await agent[Symbol.asyncDispose]();
    throw error;
  }
  return agent;
}

/** What is sent. */
export interface SentMessages {
  readonly messages: number;
  /** Connections that share the messages. Default 1. */
  readonly connections?: number;
  /** Bytes of one message, or of the payload of an event. */
  readonly bytes: number;
  /** Messages a second at most. Default: as many as the agent takes. */
  readonly maxRate?: number;
  /** Default `LOG`. */
  readonly subject?: "LOG" | "EVENT";
}

/** What was sent. */
export interface Sent {
  /** From the first byte to the last PONG. */
  readonly seconds: number;
  /** Their number, rounded up to whole buffers. */
  readonly messages: number;
}

/** Sends messages and waits until the agent has taken them. */
export async function sendMessages(
  port: number,
  { messages, connections = 1, bytes, maxRate = Infinity, subject = "LOG" }: SentMessages,
): Promise<Sent> {
  const path = new URL("_log_sender.ts", import.meta.url).pathname;
  const { command, args } = onCore(1, {
    name: "sender",
    command: Deno.execPath(),
    args: [
      "run",
      "-A",
      path,
      ...[port, connections, messages, bytes, maxRate, subject].map(String),
    ],
  });
  const { code, stdout, stderr } = await new Deno.Command(command, { args: [...args] }).output();
  if (code !== 0) {
    throw new Error(`The sender ended with ${code}: ${new TextDecoder().decode(stderr)}`);
  }
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Messages whose arrival behind the agent is measured. */
export interface Arrivals extends Omit<SentMessages, "connections"> {
  /** Name of the rows. */
  readonly name: string;
  /** Resolves when as many messages have arrived as were sent since the start, those of the first run included. */
  readonly reached: (sent: number) => Promise<unknown>;
  /** Rates to compare with. Default: none. */
  readonly aim?: { readonly rate: number; readonly cpu?: number };
}

const runs = 5;

/** Measures rate, CPU time and memory of the whole way of messages. A run ends when the last one has arrived. */
export async function measureArrivals(
  report: BenchReporter,
  agent: AgentProcess,
  { name, reached, aim, ...sending }: Arrivals,
): Promise<void> {
  const { messages } = sending;
  const [rates, cpu, resident]: number[][] = [[], [], []];
  let sent = 0;
  // The first run warms up and is not reported.
  for (let round = 0; round <= runs; round++) {
    const before = agent.cpuS();
    const begun = performance.now();
    sent += (await sendMessages(agent.nats, sending)).messages;
    await reached(sent);
    const seconds = (performance.now() - begun) / 1_000;
    if (round === 0) continue;
    rates.push(messages / seconds / 1e6);
    cpu.push((agent.cpuS() - before) / (messages / 1e6));
    resident.push(agent.residentMb());
  }
  const aimOf = (value: number | undefined) =>
    value === undefined ? undefined : { name: "aim", value };
  report.record({ case: name, metric: "rate", unit: "M/s" }, rates, aimOf(aim?.rate));
  report.record({ case: name, metric: "cpu_s_per_million", unit: "s" }, cpu, aimOf(aim?.cpu));
  report.record({ case: name, metric: "rss_mb", unit: "MiB" }, resident);
}
