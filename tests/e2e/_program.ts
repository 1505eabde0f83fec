/*
 * The product as a process: from source, with the permissions of the task `start` and the packages of the lock file, or
 * the compiled binary that CIM_TEST_BINARY names.
 */
import { runCli } from "../../cim/cli/mod.ts";
import manifest from "../../deno.json" with { type: "json" };

const root = new URL("../../", import.meta.url).pathname;
const binary = Deno.env.get("CIM_TEST_BINARY");

/** Whether the compiled binary is tested. */
export const isBinary = binary !== undefined && binary !== "";

const [runtimeCommand] = manifest.tasks.start.command.split(" main.ts ");

/** The flags that the task `start` gives to the runtime. */
export const startFlags: readonly string[] = runtimeCommand.split(" ")
  .filter((word) => word.startsWith("--"));

export interface ProcessOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Command that gets the command of the product as its last arguments and becomes it. Default: none. */
  readonly wrapper?: readonly string[];
  /** More flags for the runtime; the binary has none. */
  readonly flags?: readonly string[];
  /** Standard input. Default `"null"`. */
  readonly stdin?: "null" | "piped";
}

/** Exit code and output of a process that has ended. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A command of the product, not yet started. */
export function command(
  args: readonly string[],
  { cwd, env = {}, flags = [], stdin = "null", wrapper = [] }: ProcessOptions = {},
): Deno.Command {
  const inherited = Object.fromEntries(
    ["HOME", "PATH", "DENO_DIR", "XDG_CACHE_HOME", "TMPDIR"].flatMap((name) => {
      const value = Deno.env.get(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const runtime = ["run", ...startFlags, ...flags, `${root}main.ts`];
  const product = isBinary
    ? [new URL(binary!, `file://${root}`).pathname, ...args]
    : [Deno.execPath(), ...runtime, ...args];
  const [first, ...rest] = [...wrapper, ...product];
  return new Deno.Command(first, {
    args: rest,
    // A folder without a configuration file.
    cwd: cwd ?? "/",
    clearEnv: true,
    env: { ...inherited, NO_COLOR: "1", ...env },
    stdin,
    stdout: "piped",
    stderr: "piped",
  });
}

/** Runs a command of the product to its end. */
export async function cim(args: readonly string[], options?: ProcessOptions): Promise<Ended> {
  const { code, stdout, stderr } = await command(args, options).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

/** The same in this process if the product is run from source, which is faster. */
export async function cimHere(args: readonly string[]): Promise<Ended> {
  if (isBinary) return await cim(args);
  const out: string[] = [];
  const err: string[] = [];
  const { signal } = new AbortController();
  const code = await runCli(args, {
    out: (line) => out.push(`${line}\n`),
    err: (line) => err.push(`${line}\n`),
    readInput: () => Promise.resolve(new Uint8Array(0)),
    width: 80,
    hasColors: false,
    env: {},
    stop: signal,
    kill: signal,
  });
  return { code, out: out.join(""), err: err.join("") };
}
