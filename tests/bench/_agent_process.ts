/**
 * Runs the agent as a process with free ports and empty folders, and reads its memory and CPU time.
 *
 * @module
 */

const root = new URL("../../", import.meta.url);

/** A way to run the agent. */
export interface AgentCommand {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** The agent from source. */
export const fromSource: AgentCommand = {
  name: "deno run",
  command: Deno.execPath(),
  args: ["run", "--no-prompt", "-A", new URL("main.ts", root).pathname, "run"],
};

/** The compiled agent, undefined when it has not been built. */
export function fromBinary(): AgentCommand | undefined {
  const command = new URL("dist/cim", root).pathname;
  try {
    Deno.statSync(command);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  return { name: "binary", command, args: ["run"] };
}

/** A running agent. Disposing ends the process and removes its folders. */
export class AgentProcess implements AsyncDisposable {
  readonly rest: number;
  readonly nats: number;
  readonly #child: Deno.ChildProcess;
  readonly #folder: string;
  readonly #printed: Promise<string>;
  readonly #outputRead: Promise<void>;
  #ended = false;

  private constructor(
    child: Deno.ChildProcess,
    folder: string,
    [rest, nats]: readonly [number, number],
    outputRead: Promise<void>,
  ) {
    this.#child = child;
    this.#folder = folder;
    this.#outputRead = outputRead;
    this.#printed = new Response(child.stderr).text();
    child.status.then(() => this.#ended = true);
    this.rest = rest;
    this.nats = nats;
  }

  /**
   * Starts the process without waiting until it is ready; `settings` are added to its environment. `onOutput` gets what
   * it writes to its standard output; by default that is discarded.
   */
  static spawn(
    { command, args }: AgentCommand,
    settings: Readonly<Record<string, string>> = {},
    onOutput?: (bytes: Uint8Array) => void,
  ): AgentProcess {
    const folder = Deno.makeTempDirSync({ prefix: "cim-bench-" });
    const [rest, nats] = [freePort(), freePort()];
    const child = new Deno.Command(command, {
      args: [...args],
      cwd: folder,
      env: {
        CIM_REST_PORT: `${rest}`,
        CIM_NATS_PORT: `${nats}`,
        CIM_PATHS_CONF: `${folder}/conf`,
        CIM_PATHS_CONFIG: `${folder}/config`,
        CIM_PATHS_LOGS: `${folder}/logs`,
        CIM_PATHS_DATA: `${folder}/data`,
        ...settings,
      },
      stdin: "null",
      stdout: onOutput === undefined ? "null" : "piped",
      stderr: "piped",
    }).spawn();
    const read = onOutput === undefined
      ? Promise.resolve()
      : child.stdout.pipeTo(new WritableStream({ write: onOutput }));
    return new AgentProcess(child, folder, [rest, nats], read);
  }

  /** Resolves when the NATS port and the REST port answer; rejects if the process ends before. */
  async ready(): Promise<void> {
    const answered = Promise.all([
      untilAnswered(this.nats, "", "INFO "),
      untilAnswered(this.rest, "GET /liveness HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200"),
    ]);
    const ended = this.#child.status.then(async ({ code }) => {
      throw new Error(`The agent ended with ${code} before it answered:\n${await this.#printed}`);
    });
    ended.catch(() => {}); // The process also ends when it is disposed; that is no failure.
    await Promise.race([answered, ended]);
  }

  /** Resident memory in MiB. */
  residentMb(): number {
    const status = Deno.readTextFileSync(`/proc/${this.#child.pid}/status`);
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) / 1_024;
  }

  /** CPU time so far in seconds. */
  cpuS(): number {
    const stat = Deno.readTextFileSync(`/proc/${this.#child.pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const ticksPerSecond = 100;
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#ended) this.#child.kill("SIGTERM");
    await this.#child.status;
    await Promise.all([this.#printed, this.#outputRead]);
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** A port that is free now. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Connects until the answer begins with `begin`; rejects after 30 s. */
export async function untilAnswered(port: number, request: string, begin: string): Promise<void> {
  const end = performance.now() + 30_000;
  while (performance.now() < end) {
    if ((await answerOf(port, request)).startsWith(begin)) return;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  throw new Error(`Port ${port} did not answer within 30 s`);
}

/** The first bytes of the answer; empty while the port is closed. */
async function answerOf(port: number, request: string): Promise<string> {
  try {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port });
    if (request !== "") await connection.write(new TextEncoder().encode(request));
    const buffer = new Uint8Array(256);
    const read = await connection.read(buffer);
    return new TextDecoder().decode(buffer.subarray(0, read ?? 0));
  } catch (error) {
    if (
      error instanceof Deno.errors.ConnectionRefused || error instanceof Deno.errors.ConnectionReset
    ) return "";
    throw error;
  }
}
