/* The agent as a process with a folder and ports of its own. */
import { stringifyYaml } from "../../core/mod.ts";
import { command, type ProcessOptions } from "./_program.ts";
import { until } from "./_until.ts";

export interface AgentOptions extends ProcessOptions {
  /** Sections of the configuration, beside ports, folders and identity. */
  readonly config?: Readonly<Record<string, object>>;
  /** A folder that outlives this agent. Default: a new one, removed with it. */
  readonly folder?: string;
  /** Wait until it answers. Default true. */
  readonly ready?: boolean;
}

/** Names of the pod that all tests use. */
export const pod = Object.freeze({
  namespace: "ns1",
  name: "amf-0",
  service: "amf",
  version: "v1",
});

/** Prefix of the change-sets of level `ms`. */
export const changeSets = `change-set/${pod.namespace}/${pod.service}/${pod.version}/ms`;
/** The commit key of level `ms`. */
export const commitKey =
  `commit-config/${pod.namespace}/${pod.service}/${pod.version}/ms/${pod.name}`;

/** A port nobody listens on. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

export class AgentProcess implements AsyncDisposable {
  readonly folder: string;
  readonly restUrl: string;
  readonly natsUrl: string;
  readonly configPath: string;
  readonly process: Deno.ChildProcess;
  /** Resolves to what it printed, once it has ended. */
  readonly ended: Promise<{ code: number; err: string; out: string }>;
  readonly #ownsFolder: boolean;
  #err = "";
  #running = true;

  constructor(
    process: Deno.ChildProcess,
    place: {
      folder: string;
      ownsFolder: boolean;
      restUrl: string;
      natsUrl: string;
      configPath: string;
    },
  ) {
    this.#ownsFolder = place.ownsFolder;
    this.process = process;
    this.folder = place.folder;
    this.restUrl = place.restUrl;
    this.natsUrl = place.natsUrl;
    this.configPath = place.configPath;
    const read = Promise.all([this.#collect(), new Response(process.stdout).text()]);
    this.ended = process.status.then(async ({ code }) => {
      this.#running = false;
      const [, out] = await read;
      return { code, err: this.#err, out };
    });
  }

  /** What it logged so far. */
  get log(): string {
    return this.#err;
  }

  get hasEnded(): boolean {
    return !this.#running;
  }

  kill(signal: Deno.Signal): void {
    if (this.#running) this.process.kill(signal);
  }

  /** Ends it as an operator does. */
  async stop(): Promise<{ code: number; err: string }> {
    this.kill("SIGTERM");
    return await this.ended;
  }

  async get(path: string): Promise<{ status: number; text: string }> {
    const response = await fetch(`${this.restUrl}${path}`, { signal: AbortSignal.timeout(5_000) });
    return { status: response.status, text: await response.text() };
  }

  /** Value of a key in the store; undefined when there is none. */
  async key(key: string): Promise<string | undefined> {
    const { status, text } = await this.get(`/api/v1/kv/${key}`);
    return status === 200 ? text : undefined;
  }

  async put(key: string, value: string): Promise<void> {
    const url = `${this.restUrl}/api/v1/kv/${key}?ttl=60s`;
    const response = await fetch(url, { method: "PUT", body: value });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`PUT ${key}: ${response.status} ${text}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill("SIGKILL");
    await this.ended;
    if (this.#ownsFolder) await Deno.remove(this.folder, { recursive: true });
  }

  async #collect(): Promise<void> {
    for await (const chunk of this.process.stderr.pipeThrough(new TextDecoderStream())) {
      this.#err += chunk;
    }
  }
}

/** Attempts to start an agent: between its choice and the start another process may take a free port. */
const maxAttempts = 3;

/** Starts an agent. */
export async function startAgent(options: AgentOptions = {}): Promise<AgentProcess> {
  for (let attempt = 1;; attempt++) {
    const agent = await spawnAgent(options);
    if (options.ready === false) return agent;
    const outcome = await untilReady(agent);
    if (outcome === "ready") return agent;
    const { code, err } = await agent.ended;
    await agent[Symbol.asyncDispose]();
    if (attempt === maxAttempts || !err.includes("address_in_use")) {
      throw new Error(`The agent ended with ${code} before it was ready: ${err}`);
    }
  }
}

async function spawnAgent(options: AgentOptions): Promise<AgentProcess> {
  const { config = {} } = options;
  const folder = options.folder ?? await Deno.makeTempDir({ prefix: "cim_e2e_" });
  const [rest, nats] = [freePort(), freePort()];
  for (const name of ["conf", "config"]) await Deno.mkdir(`${folder}/${name}`, { recursive: true });
  const configPath = `${folder}/cim.yaml`;
  const sections: Record<string, object> = {
    // Nothing listens there: an agent without an application of its own must not find that of another test.
    app: { port: 1 },
    rest: { port: rest },
    nats: { port: nats },
    paths: {
      conf: `${folder}/conf`,
      config: `${folder}/config`,
      logs: `${folder}/logs`,
      data: `${folder}/data`,
    },
    identity: {
      namespace: pod.namespace,
      pod_name: pod.name,
      microservice: pod.service,
      version: pod.version,
      ms_revision: "1",
      podinfo: `${folder}/conf`,
    },
    shutdown: { grace: "2s" },
  };
  for (const [name, section] of Object.entries(config)) {
    sections[name] = { ...sections[name], ...section };
  }
  await Deno.writeTextFile(configPath, await stringifyYaml(sections));
  const process = command(["run", "--config", configPath], { ...options, cwd: folder }).spawn();
  return new AgentProcess(process, {
    folder,
    ownsFolder: options.folder === undefined,
    configPath,
    restUrl: `http://127.0.0.1:${rest}`,
    natsUrl: `nats://127.0.0.1:${nats}`,
  });
}

async function untilReady(agent: AgentProcess): Promise<"ready" | "ended"> {
  try {
    return await until("the agent's readiness", async () => {
      if (agent.hasEnded) return "ended";
      const { status } = await agent.get("/readiness");
      return status === 200 && "ready";
    });
  } catch (cause) {
    await agent[Symbol.asyncDispose]();
    throw new Error(`The agent is not ready: ${agent.log}`, { cause });
  }
}
