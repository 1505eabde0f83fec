/**
 * A plugin inside one agent: its context, the state that `init` returned, its tasks and its metrics.
 *
 * @module
 */
import { type Clock, deadline, TaskGroup } from "../async/mod.ts";
import { AgentError, describeError } from "../errors/mod.ts";
import type { Logger } from "../log/mod.ts";
import type { MetricSet } from "../metrics/mod.ts";
import type { Plugin, PluginContext, Token } from "../plugin/mod.ts";
import type { StatusReporter } from "../status/mod.ts";

/** Parts of the agent that a mounted plugin uses. */
export interface MountOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly metrics: MetricSet;
  readonly status: StatusReporter;
  readonly config: Readonly<Record<string, unknown>>;
  readonly configured: boolean;
  readonly stopping: AbortSignal;
  /** Everything provided so far, by token. Shared by all plugins of the agent. */
  readonly provided: Map<Token<unknown>, unknown>;
  readonly builtIn: ReadonlySet<Token<unknown>>;
  readonly startTimeoutMs: number;
  readonly fail: (error: unknown) => void;
}

type StartPhase = "init" | "afterInit";

/** Progress of `init`. The plugin has something to close only after it `returned`. */
type InitOutcome = "none" | "running" | "failed" | "returned";

/** One plugin of one agent. */
export class MountedPlugin {
  readonly plugin: Plugin;
  readonly #options: MountOptions;
  readonly #tasks: TaskGroup;
  readonly #metrics: Disposable[] = [];
  readonly #context: PluginContext<Readonly<Record<string, unknown>>>;
  #reported = false;
  #namedLate = false;
  #outcome: InitOutcome = "none";
  #initialising: Promise<void> = Promise.resolve();
  #state: unknown;

  constructor(plugin: Plugin, options: MountOptions) {
    this.plugin = plugin;
    this.#options = options;
    this.#tasks = new TaskGroup((name, error) => this.#onTaskFailure(name, error));
    this.#context = this.#createContext();
  }

  /** Runs `init` within its time limit and checks that it provided all its tokens. */
  async init(): Promise<void> {
    await this.#start("init", () => this.#initialising = this.#init());
    for (const token of this.plugin.provides) {
      if (this.#options.provided.has(token)) continue;
      throw new AgentError(
        "plugin_failed",
        `Cannot start plugin ${this.plugin.name}: its init did not provide "${token.name}"`,
      );
    }
  }

  /** Runs `afterInit`, if there is one. A plugin that has reported no status becomes `ok`. */
  async afterInit(): Promise<void> {
    await this.#start("afterInit", () => this.plugin.afterInit?.(this.#state, this.#context));
    if (!this.#reported) this.#options.status.ok();
  }

  /**
   * Runs `close` if `init` returned, ends the tasks and removes the metrics. After `signal` aborts, waits
   * another `graceMs` before abandoning the plugin. An `init` that is still running has `graceMs` to return; if
   * it returns later, the plugin is closed then, without time to drain.
   */
  async close(signal: AbortSignal, remainingMs: number, graceMs: number): Promise<void> {
    const { clock, log } = this.#options;
    const { name } = this.plugin;
    const pending = this.#outcome === "running";
    const limitMs = pending ? graceMs : remainingMs + graceMs;
    const work = pending ? this.#closeLate() : this.#close(signal, remainingMs);
    let inTime: boolean;
    try {
      inTime = await within(() => work, limitMs, { clock });
    } catch (cause) {
      throw new AgentError(
        "plugin_failed",
        `Cannot close plugin ${name}: ${describeError(cause)}`,
        { cause },
      );
    }
    if (inTime) return;
    work.catch((error) => log.warn("Plugin failed after it was abandoned", { error }));
    // The failed start has reported it already.
    if (pending && this.#namedLate) return;
    const { running } = this.#tasks;
    const tasks = running.length > 0 ? ` (tasks still running: ${running.join(", ")})` : "";
    throw new AgentError(
      "plugin_timeout",
      `Cannot close plugin ${name}: ${pending ? "init" : "close"} did not return within ${
        Math.round(limitMs)
      } ms${tasks}`,
    );
  }

  async #init(): Promise<void> {
    this.#outcome = "running";
    try {
      this.#state = await this.plugin.init(this.#context);
      this.#outcome = "returned";
    } catch (error) {
      this.#outcome = "failed";
      throw error;
    }
  }

  async #close(signal: AbortSignal, remainingMs: number): Promise<void> {
    try {
      if (this.#outcome === "returned") {
        await this.plugin.close?.(this.#state, { log: this.#options.log, signal, remainingMs });
      }
    } finally {
      await this.#release();
    }
  }

  async #closeLate(): Promise<void> {
    // The failed start has reported the error already.
    await this.#initialising.catch((error) => {
      this.#options.log.debug("Init ended after it was abandoned", { error });
    });
    await this.#close(AbortSignal.abort(), 0);
  }

  async #release(): Promise<void> {
    for (const registration of this.#metrics.splice(0)) registration[Symbol.dispose]();
    await this.#tasks.close();
  }

  /** Runs one start phase within its time limit. The wait ends early when stopping begins. */
  async #start(phase: StartPhase, work: () => void | Promise<void>): Promise<void> {
    const { clock, stopping } = this.#options;
    const { name } = this.plugin;
    const limitMs = this.plugin.startTimeoutMs ?? this.#options.startTimeoutMs;
    let inTime: boolean;
    try {
      inTime = await within(work, limitMs, { clock, signal: stopping });
    } catch (cause) {
      if (stopping.aborted && cause === stopping.reason) throw cause;
      throw new AgentError(
        "plugin_failed",
        `Cannot start plugin ${name}: ${phase} failed: ${describeError(cause)}`,
        { cause },
      );
    }
    if (inTime) return;
    this.#namedLate = true;
    throw new AgentError(
      "plugin_timeout",
      `Cannot start plugin ${name}: ${phase} did not return within ${limitMs} ms`,
    );
  }

  #onTaskFailure(task: string, cause: unknown): void {
    const { status, fail, stopping } = this.#options;
    const { name, fatal } = this.plugin;
    // Tasks that wait with the signal of the context end with its reason when stopping begins.
    if (stopping.aborted && isCausedBy(cause, stopping.reason)) return;
    const error = new AgentError(
      "plugin_task_failed",
      `Task "${task}" of plugin ${name} failed: ${describeError(cause)}`,
      { cause },
    );
    this.#reported = true;
    status.error(error);
    if (fatal) fail(error);
  }

  #createContext(): PluginContext<Readonly<Record<string, unknown>>> {
    const { provided, builtIn, status, metrics, ...options } = this.#options;
    const { name, requires, optional, provides } = this.plugin;
    const report = <A extends unknown[]>(write: (...args: A) => void) => (...args: A) => {
      this.#reported = true;
      write(...args);
    };
    return {
      name,
      log: options.log,
      config: options.config,
      configured: options.configured,
      clock: options.clock,
      random: options.random,
      signal: options.stopping,
      tasks: this.#tasks,
      status: {
        ok: report(status.ok),
        degraded: report(status.degraded),
        error: report(status.error),
        disabled: report(status.disabled),
        init: report(status.init),
      },
      metrics: {
        add: (...families) => {
          this.#metrics.push(metrics.add(...families));
        },
      },
      get<T>(token: Token<T>): T {
        if (!builtIn.has(token) && !requires.includes(token)) {
          throw new TypeError(`Cannot get "${token.name}": plugin ${name} does not require it`);
        }
        return provided.get(token) as T;
      },
      find<T>(token: Token<T>): T | undefined {
        if (!optional.includes(token)) {
          throw new TypeError(
            `Cannot find "${token.name}": not among the optional of plugin ${name}`,
          );
        }
        return provided.get(token) as T | undefined;
      },
      provide(token, value) {
        if (!provides.includes(token)) {
          throw new TypeError(
            `Cannot provide "${token.name}": not among the provides of plugin ${name}`,
          );
        }
        provided.set(token, value);
      },
      fail: options.fail,
    };
  }
}

/**
 * Waits for the work; returns false when it is not done within `limitMs`. An expired time limit inside the work
 * is an error of the work and thrown.
 */
async function within(
  work: () => void | Promise<void>,
  limitMs: number,
  options: { clock: Clock; signal?: AbortSignal },
): Promise<boolean> {
  let limit: AbortSignal | undefined;
  try {
    await deadline(
      (signal) => {
        limit = signal;
        return work();
      },
      limitMs,
      { ...options, action: "wait" },
    );
    return true;
  } catch (error) {
    const late = limit?.reason === error && error !== options.signal?.reason;
    if (late) return false;
    throw error;
  }
}

/** Whether the error or one of its causes is `reason`. */
function isCausedBy(error: unknown, reason: unknown): boolean {
  for (let link = error, depth = 0; depth < 10; depth++) {
    if (link === reason) return true;
    if (!(link instanceof Error)) return false;
    link = link.cause;
  }
  return false;
}
