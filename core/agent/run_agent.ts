/**
 * Runs an agent as the whole program: arguments and configuration in, exit code out. It corresponds to
 * cn-infra's `agent.Run()`. It is the only part of the library that listens to signals of the operating
 * system, and only when the caller passes no signal. It never exits the process.
 *
 * @module
 */
import { loadSources } from "../config/mod.ts";
import { describeError, errorCode, hasCode } from "../errors/mod.ts";
import { consoleSink, LineStream, LogRegistry, redactText } from "../log/mod.ts";
import { StopRequests } from "../signals/mod.ts";
import { ArgumentError, parseArguments } from "./_arguments.ts";
import { helpText } from "./_help.ts";
import { type Agent, createAgent } from "./agent.ts";
import type { AgentOptions } from "./options.ts";

/** Options of {@linkcode runAgent}. */
export interface RunAgentOptions extends Omit<AgentOptions, "sources"> {
  /** Arguments of the program. Default: `Deno.args`. */
  args?: readonly string[];
  /** Environment variables. Default: those of the process. */
  env?: Readonly<Record<string, string>>;
  /** Prefix of the variables that set keys. Default: the name in capitals, such as `MY_AGENT_`. */
  envPrefix?: string;
  /** Paths of the configuration file when none is named. Default: `./<name>.yaml` and `./<name>.json`. */
  defaultPaths?: readonly string[];
  /**
   * Stops the agent when it aborts. Default: SIGINT, SIGTERM and SIGHUP do; a second one, more than a second
   * after the first, ends the wait for plugins that are still closing.
   */
  signal?: AbortSignal;
  /** Called with the answers of `--help` and `--version`. Default: writes to standard output. */
  print?: (text: string) => void;
  /** Called with each failure that ends the program. Default: writes to standard error. */
  printError?: (text: string) => void;
}

/**
 * Runs the agent until it is stopped or cannot go on, and resolves to the exit code: 0 after an orderly stop,
 * 1 after a failure, 2 for a wrong argument, 3 for a wrong configuration. It never rejects. Several agents in
 * one process do not share anything.
 *
 * @example
 * ```ts
 * import { runAgent } from "./mod.ts";
 * import { definePlugin } from "../plugin/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const once = definePlugin({
 *   name: "once",
 *   init() {},
 *   afterInit: (_, { fail }) => fail(new Error("out of paper")),
 * });
 * const code = await runAgent({ name: "demo", plugins: [once], args: [], printError() {} });
 * assert.equal(code, 1);
 * // In a program: Deno.exit(await runAgent({ name: "my-agent", plugins: [...] }));
 * ```
 */
export async function runAgent(options: RunAgentOptions): Promise<number> {
  const { name = "agent", version = "0.0.0" } = options;
  const stream = new LineStream(Deno.stderr);
  const { print = toStdout, printError = (text: string) => stream.write(text) } = options;
  try {
    const plugins = [...options.plugins];
    const names = [...new Set(plugins.flatMap(({ name, section }) => [section, name]))];
    const { action, ...given } = parseArguments(options.args ?? Deno.args, names);
    const place = placesOf(name, options);
    if (action === "version") {
      print(`${name} ${version}`);
      return 0;
    }
    if (action === "help") {
      const sections = plugins.map(({ section, config }) => ({ section, fields: config }));
      print(helpText({ name, ...place, plugins: names, sections }));
      return 0;
    }
    const former = plugins.flatMap(({ formerSections }) => formerSections);
    const sources = await loadSources({
      ...given,
      ...place,
      sections: [...new Set([...names, ...former])],
      env: options.env,
    });
    const { clock } = options;
    const logs = options.logs ?? new LogRegistry({
      clock,
      sinks: [consoleSink("text", (line) => stream.write(line))],
    });
    const agent = createAgent({ ...options, name, version, plugins, sources, logs });
    return await run(agent, name, { signal: options.signal, printError });
  } catch (error) {
    return report(error, name, printError);
  } finally {
    await stream.flush(flushLimit);
  }
}

/** Time to write the last lines of the log; a reader that has stopped must not keep the program from ending. */
const flushLimit = "1s";

/** Prefix and paths that follow from the name, unless they are given. */
function placesOf(
  name: string,
  { envPrefix, defaultPaths }: Pick<RunAgentOptions, "envPrefix" | "defaultPaths">,
): { envPrefix: string; defaultPaths: readonly string[] } {
  return {
    envPrefix: envPrefix ?? `${name.replace(/[^a-zA-Z0-9]+/g, "_").toUpperCase()}_`,
    defaultPaths: defaultPaths ?? [`./${name}.yaml`, `./${name}.json`],
  };
}

/** Starts the agent and waits until it has stopped. */
async function run(
  agent: Agent,
  name: string,
  { signal, printError }: { signal?: AbortSignal; printError: (text: string) => void },
): Promise<number> {
  using stop = signal ? fromSignal(signal) : fromSystem();
  const onStop = () => {
    agent.stop({ reason: reasonOf(stop.signal) }).catch(() => {}); // `stopped` has the outcome.
  };
  const ended = async () => {
    await agent.start({ signal: stop.signal });
    stop.signal.addEventListener("abort", onStop, { once: true });
    if (stop.signal.aborted) onStop();
    await agent.stopped;
    return 0;
  };
  try {
    return await Promise.race([ended(), stop.abandoned]);
  } catch (error) {
    if (!stop.signal.aborted || !isAbortedStart(error)) throw error;
    return 0;
  } finally {
    stop.signal.removeEventListener("abort", onStop);
    if (agent.state !== "stopped") {
      const names = agent.running.toReversed().join(", ");
      printError(`${name}: ended by a second signal; still running: ${names}`);
    }
  }
}

/** How the agent is stopped, and how the wait for it is ended. */
interface Stop extends Disposable {
  readonly signal: AbortSignal;
  /** Resolves to the exit code when a second signal ends the wait. */
  readonly abandoned: Promise<number>;
}

function fromSignal(signal: AbortSignal): Stop {
  const { promise } = Promise.withResolvers<number>();
  return { signal, abandoned: promise, [Symbol.dispose]() {} };
}

function fromSystem(): Stop {
  const stop = new AbortController();
  const { promise, resolve } = Promise.withResolvers<number>();
  const requests = new StopRequests({
    now: () => performance.now(),
    onStop: (reason) => stop.abort(reason),
    onKill: () => resolve(1),
  });
  const listeners = (["SIGINT", "SIGTERM", "SIGHUP"] as const).map((name) => {
    const listener = () => requests.add(name);
    Deno.addSignalListener(name, listener);
    return () => Deno.removeSignalListener(name, listener);
  });
  return {
    signal: stop.signal,
    abandoned: promise,
    [Symbol.dispose]: () => listeners.forEach((remove) => remove()),
  };
}

function reasonOf({ reason }: AbortSignal): string {
  return typeof reason === "string" ? reason : describeError(reason);
}

function isAbortedStart(error: unknown): boolean {
  return hasCode(error, "start_aborted") && !(error instanceof AggregateError);
}

/** Prints the failure, each part of a joined one on its own, and returns the exit code. */
function report(error: unknown, name: string, printError: (text: string) => void): number {
  const parts = error instanceof AggregateError ? error.errors : [error];
  for (const part of parts) {
    const code = errorCode(part);
    printError(`${name}: ${redactText(describeError(part))}${code ? ` (${code})` : ""}`);
  }
  if (error instanceof ArgumentError) return 2;
  const isConfiguration = ["config_invalid", "config_unreadable"].includes(
    errorCode(parts[0]) ?? "",
  );
  return isConfiguration ? 3 : 1;
}

function toStdout(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}
