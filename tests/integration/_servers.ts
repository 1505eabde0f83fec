/**
 * Real servers for the tests. A shared server is found through its environment variable. A private server,
 * which a test may kill, freeze or configure, is started with the script that `CIM_TEST_SERVICES` names. If
 * one is missing, its tests are left out and one line says so; with `CIM_TEST_REQUIRE=all` that is an error.
 */
import { deadline, pause, systemClock } from "../../core/async/mod.ts";

/** Servers that tests know, with the variable that says where a shared one is. */
const variables = {
  etcd: "CIM_TEST_ETCD",
  kafka: "CIM_TEST_KAFKA",
  kubernetes: "CIM_TEST_KUBERNETES_KUBECONFIG",
  nats_server: "CIM_TEST_NATS_SERVER",
} as const;

export type ServerName = keyof typeof variables;

/** A server shared by tests: they may use it but not stop or configure it. */
export interface RequiredServer {
  /** Whether the server is missing, so that its tests are left out. */
  readonly ignore: boolean;
  /** Its address; empty when it is not there. */
  readonly url: string;
}

/** How a server is started. */
export interface StartOptions {
  /** Port; the next ones must be free as well: one for etcd, two for Kafka. Default: free ones. */
  readonly port?: number;
  /** Folder of its data. Default: a new one, removed at the end. */
  readonly dir?: string;
  /** Arguments of the server itself. */
  readonly args?: readonly string[];
  /** Do not wait until it serves. Default false. */
  readonly unready?: boolean;
}

/** Time for a private server to serve, in milliseconds: a Java program on a busy machine takes most of a minute. */
const startLimitMs = 120_000;

/** Attempts to start a private server that ends at once. */
const startAttempts = 3;

/** A private server ended before it served. */
class ServerExitError extends Error {
  override readonly name = "ServerExitError";
}

/** A server that belongs to one test. */
export interface PrivateServer extends AsyncDisposable {
  readonly port: number;
  readonly dir: string;
  readonly url: string;
  /** Kills the process with SIGKILL. */
  kill(): Promise<void>;
  /** Ends the process with SIGTERM, so that it closes its files, and waits for its end. */
  stop(): Promise<void>;
  /** Suspends the process; its connections stay open. */
  freeze(): void;
  thaw(): void;
  /** Starts it again after {@linkcode kill} or {@linkcode stop}, on the same port and folder. */
  restart(): Promise<void>;
}

/** Finds a shared server. Call it at the top of a test file. */
export function requireServer(name: ServerName): RequiredServer {
  const url = Deno.env.get(variables[name]) ?? "";
  return { url, ignore: isMissing(url, `${name}: set ${variables[name]}`) };
}

/** Whether private servers can be started. Call it at the top of a test file. */
export function requirePrivate(name: ServerName): { readonly ignore: boolean } {
  const script = Deno.env.get("CIM_TEST_SERVICES") ?? "";
  return { ignore: isMissing(script, `a private ${name}: set CIM_TEST_SERVICES`) };
}

/**
 * Whether tests that build programs of other languages must be left out: they fetch libraries, so they run only
 * if `variable` is `1` or everything is required, and the tools are there. Call it at the top of a test file.
 */
export async function requireTools(variable: string, ...tools: string[]): Promise<boolean> {
  const isRequired = Deno.env.get("CIM_TEST_REQUIRE") === "all" || Deno.env.get(variable) === "1";
  if (isMissing(isRequired ? "1" : "", `${tools.join(" and ")}: set ${variable}=1`)) return true;
  for (const tool of tools) {
    const { success } = await new Deno.Command("sh", {
      args: ["-c", 'command -v "$0" >/dev/null', tool],
    }).output();
    if (isMissing(success ? tool : "", `${tool}: install it`)) return true;
  }
  return false;
}

/** Starts a server and waits until it serves. */
export async function startPrivate(
  name: ServerName,
  options: StartOptions = {},
): Promise<PrivateServer> {
  const { args = [], unready = false } = options;
  let port = options.port ?? freePorts();
  const dir = options.dir ?? await Deno.makeTempDir({ prefix: `cim-${name}-` });
  const script = servicesScript(name);
  let child: ServerProcess | undefined;

  async function start(): Promise<void> {
    const running = spawnServer(script, name, port, dir, args);
    child = running;
    if (unready) return;
    const exited = running.exited.then(async ({ code }) => {
      throw new ServerExitError(
        `Cannot start a private ${name} on port ${port}: it ended with status ${code}; ` +
          `its last output: ${await running.lastOutput}`,
      );
    });
    await waitReady(script, name, port, exited);
  }

  async function end(signal: Deno.Signal): Promise<void> {
    const dying = child;
    child = undefined;
    await dying?.end(signal);
  }

  const kill = () => end("SIGKILL");

  // A server may end at once: another process took one of its ports meanwhile, or it refused a random value that its
  // start script made up (Kafka's tool takes a cluster id that begins with "-" for an option).
  for (let attempt = 1;; attempt++) {
    try {
      await start();
      break;
    } catch (error) {
      await kill();
      if (!(error instanceof ServerExitError) || attempt === startAttempts) throw error;
      if (options.port === undefined && options.dir === undefined) port = freePorts();
    }
  }
  return {
    port,
    dir,
    url: `http://127.0.0.1:${port}`,
    kill,
    stop: () => end("SIGTERM"),
    freeze: () => child?.signal("SIGSTOP"),
    thaw: () => child?.signal("SIGCONT"),
    restart: start,
    async [Symbol.asyncDispose]() {
      await kill();
      if (!options.dir) await Deno.remove(dir, { recursive: true });
    },
  };
}

/**
 * A free port of which the next three are free too: servers use them for their peers and for administration. It lies below the range of ports that
 * the system gives to outgoing connections: after ten thousand of those no pair might be free.
 */
export function freePorts(): number {
  for (let attempt = 0; attempt < 1_000; attempt++) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    try {
      using _first = Deno.listen({ hostname: "127.0.0.1", port });
      using _second = Deno.listen({ hostname: "127.0.0.1", port: port + 1 });
      using _third = Deno.listen({ hostname: "127.0.0.1", port: port + 2 });
      using _fourth = Deno.listen({ hostname: "127.0.0.1", port: port + 3 });
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  throw new Error("no two free ports in a row");
}

function isMissing(value: string, remedy: string): boolean {
  if (value !== "") return false;
  if (Deno.env.get("CIM_TEST_REQUIRE") === "all") throw new Error(`Missing ${remedy}`);
  // A test file has no logger; this one line says what was left out.
  // deno-lint-ignore no-console
  console.log(`left out, needs ${remedy}`);
  return true;
}

function servicesScript(name: ServerName): string {
  const script = Deno.env.get("CIM_TEST_SERVICES");
  if (!script) throw new TypeError(`Cannot start a private ${name}: set CIM_TEST_SERVICES`);
  return script;
}

/** The process of a private server. */
interface ServerProcess {
  /** Settles when the process ended. */
  readonly exited: Promise<Deno.CommandStatus>;
  /** The end of what it printed, known after it ended. */
  readonly lastOutput: Promise<string>;
  signal(signal: Deno.Signal): void;
  /** Sends the signal, also to a suspended process, and waits for the end. */
  end(signal: Deno.Signal): Promise<void>;
}

function spawnServer(
  script: string,
  name: ServerName,
  port: number,
  dir: string,
  args: readonly string[],
): ServerProcess {
  const process = new Deno.Command(script, {
    args: ["run", name, "--port", `${port}`, "--dir", dir, "--", ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let hasExited = false;
  const exited = process.status.finally(() => hasExited = true);
  const lastOutput = Promise.all([process.stdout, process.stderr].map(lastText))
    .then((texts) => texts.join(" ").trim());
  function signal(name: Deno.Signal): void {
    if (!hasExited) process.kill(name);
  }
  return {
    exited,
    lastOutput,
    signal,
    async end(name) {
      signal("SIGCONT");
      signal(name);
      await exited;
      await lastOutput;
    },
  };
}

/** Reads a stream to its end and returns its last characters. */
async function lastText(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    text = (text + chunk).slice(-1_000);
  }
  return text;
}

async function waitReady(
  script: string,
  name: ServerName,
  port: number,
  exited: Promise<never>,
): Promise<void> {
  await deadline(
    (signal) => Promise.race([exited, becomesReady(script, name, port, signal)]),
    startLimitMs,
    { action: `start a private ${name} on port ${port}` },
  );
}

async function becomesReady(
  script: string,
  name: ServerName,
  port: number,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const { success } = await new Deno.Command(script, {
      args: ["ready", name, "--port", `${port}`],
      stdout: "null",
      stderr: "null",
    }).output();
    if (success) return;
    await pause(systemClock, 50, signal);
  }
}
