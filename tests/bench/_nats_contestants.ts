/**
 * The servers that are compared, each a process of its own on core 0, with what the system knows of it.
 *
 * @module
 */
import { freePort, untilAnswered } from "./_agent_process.ts";

/** A kind of server that can be started. */
export interface Contestant {
  readonly name: string;
  start(): Promise<ServerProcess>;
}

/** A running server. */
export class ServerProcess implements AsyncDisposable {
  readonly port: number;
  readonly #child: Deno.ChildProcess;

  constructor(child: Deno.ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  /** CPU time so far, in seconds. */
  cpuS(): number {
    const stat = Deno.readTextFileSync(`/proc/${this.#child.pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  /** Resident memory in MiB: now, or the most so far. */
  memoryMb(which: "now" | "peak" = "peak"): number {
    const status = Deno.readTextFileSync(`/proc/${this.#child.pid}/status`);
    const key = which === "now" ? "VmRSS" : "VmHWM";
    return Number(new RegExp(`^${key}:\\s+(\\d+) kB$`, "m").exec(status)![1]) / 1_024;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
  }
}

/** This server, with or without a subscriber in process. */
export function ours(kind: "bare" | "in_process" = "bare"): Contestant {
  const script = new URL("_nats_server_process.ts", import.meta.url).pathname;
  return {
    name: "cim",
    async start() {
      const { child, stdout } = spawn([Deno.execPath(), "run", "-A", script, kind]);
      const { value } = await stdout.pipeThrough(new TextDecoderStream()).getReader().read();
      return new ServerProcess(child, Number(/port (\d+)/.exec(value ?? "")![1]));
    },
  };
}

/** nats-server, where `CIM_TEST_NATS_SERVER_BIN` names it. */
export function reference(): Contestant | undefined {
  const path = Deno.env.get("CIM_TEST_NATS_SERVER_BIN");
  if (path === undefined) return undefined;
  return {
    name: "nats-server",
    async start() {
      const port = freePort();
      const { child, stdout } = spawn([path, "-a", "127.0.0.1", "-p", `${port}`]);
      await stdout.cancel();
      await untilAnswered(port, "", "INFO ");
      return new ServerProcess(child, port);
    },
  };
}

/** This server last, so that its figures can be put beside nats-server's. */
export function contestants(): Contestant[] {
  const other = reference();
  return other === undefined ? [ours()] : [other, ours()];
}

/** A command on one core. */
export function onCore(core: 0 | 1, command: readonly string[]): readonly string[] {
  return ["taskset", "-c", `${core}`, ...command];
}

function spawn(command: readonly string[]) {
  const [program, ...args] = onCore(0, command);
  const child = new Deno.Command(program, { args, stdin: "piped", stdout: "piped", stderr: "null" })
    .spawn();
  return { child, stdout: child.stdout };
}
