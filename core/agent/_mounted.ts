/**
 * A plugin inside one agent: its context, its state, and what must be undone when it closes.
 *
 * @module
 */
import { type Clock, deadline, TaskGroup } from "../async/mod.ts";
import { AgentError, describeError } from "../errors/mod.ts";
import type { Logger } from "../log/mod.ts";
import type { MetricSet } from "../metrics/mod.ts";
import type { Plugin, PluginContext, Token } from "../plugin/mod.ts";
import type { StatusReporter } from "../status/mod.ts";

/** What a mounted plugin needs of its agent. */
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

/** One plugin of one agent. */
export class MountedPlugin {
  readonly plugin: Plugin;
  readonly #options: MountOptions;
  readonly #tasks: TaskGroup;
  readonly #metrics: Disposable[] = [];
  readonly #context: PluginContext<Readonly<Record<string, unknown>>>;
  #reported = false;
  #state: unknown;

  constructor(plugin: Plugin, options: MountOptions) {
    this.plugin = plugin;
    this.#options = options;
    this.#tasks = new TaskGroup((name, error) => this.#onTaskFailure(name, error));
    this.#context = this.#createContext();
  }

  /** Runs `init` within its time limit; afterwards everything it promised is provided. */
  async init(): Promise<void> {
    this.#state = await this.#limit("init", () => this.plugin.init(this.#context));
    for (const token of this.plugin.provides) {
      if (this.#options.provided.has(token)) continue;
      throw new AgentError(
        "plugin_failed",
        `Cannot start plugin ${this.plugin.name}: its init did not provide "${token.name}"`,
      );
    }
  }

  /** Runs `afterInit`, if there is one; a plugin that reported nothing is `ok` from here on. */
  async afterInit(): Promise<void> {
    await this.#limit("afterInit", () => this.plugin.afterInit?.(this.#state, this.#context));
    if (!this.#reported) this.#options.status.ok();
  }

  /**
   * Runs `close`, ends the tasks and removes the metrics. Once `signal` has aborted it waits `graceMs`
   * more and then gives the plugin up.
   */
  async close(signal: AbortSignal, remainingMs: number, graceMs: number): Promise<void> {
    const { clock, log } = this.#options;
    const { name } = this.plugin;
    const work = async () => {
      try {
        await this.plugin.close?.(this.#state, { log, signal, remainingMs });
      } finally {
        await this.#release();
      }
    };
    try {
      await deadline(work, remainingMs + graceMs, { action: `close plugin ${name}`, clock });
    } catch (cause) {
      const late = cause instanceof AgentError && cause.code === "deadline_exceeded";
      const running = this.#tasks.running;
      const tasks = running.length > 0 ? ` (tasks still running: ${running.join(", ")})` : "";
      throw new AgentError(
        late ? "plugin_timeout" : "plugin_failed",
        `Cannot close plugin ${name}: ${describeError(cause)}${tasks}`,
        { cause },
      );
    }
  }

  async #release(): Promise<void> {
    await this.#tasks.close();
    for (const registration of this.#metrics.splice(0)) registration[Symbol.dispose]();
  }

  /** One start phase within its limit, ended early when stopping begins. */
  async #limit<T>(phase: StartPhase, work: () => T | Promise<T>): Promise<T> {
    const { clock, stopping } = this.#options;
    const { name } = this.plugin;
    const limitMs = this.plugin.startTimeoutMs ?? this.#options.startTimeoutMs;
    let settled: Promise<T> | undefined;
    try {
      return await deadline(
        () => settled = Promise.resolve(work()),
        limitMs,
        { action: `run ${phase} of plugin ${name}`, clock, signal: stopping },
      );
    } catch (cause) {
      const late = cause instanceof AgentError && cause.code === "deadline_exceeded";
      if (phase === "init") await this.#abandon(settled);
      if (stopping.aborted && cause === stopping.reason) throw cause;
      throw new AgentError(
        late ? "plugin_timeout" : "plugin_failed",
        late
          ? `Cannot start plugin ${name}: ${phase} did not return within ${limitMs} ms`
          : `Cannot start plugin ${name}: ${phase} failed: ${describeError(cause)}`,
        { cause },
      );
    }
  }

  /** An init that failed or is late leaves nothing behind; if it returns after all, its state is closed. */
  async #abandon(settled: Promise<unknown> | undefined): Promise<void> {
    const { log } = this.#options;
    settled?.then(
      (state) => this.plugin.close?.(state, { log, signal: AbortSignal.abort(), remainingMs: 0 }),
    ).catch((error) => log.debug("Init ended after it had been given up", { error }));
    await this.#release();
  }

  #onTaskFailure(task: string, cause: unknown): void {
    const { status, log, fail } = this.#options;
    const { name, fatal } = this.plugin;
    const error = new AgentError(
      "plugin_task_failed",
      `Task "${task}" of plugin ${name} failed: ${describeError(cause)}`,
      { cause },
    );
    log.error(error.message, { error: cause });
    this.#reported = true;
    status.error(error.message);
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
