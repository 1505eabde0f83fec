/**
 * Runs plugins: starts them in dependency order and stops them in reverse. Both always end.
 *
 * Start: the whole configuration is checked before the first `init`. When a plugin fails, the plugins that
 * were initialised are closed in reverse order, and the first failure stays the cause of the error. A stop or
 * an aborted signal during the start does the same and ends with `start_aborted`.
 *
 * Stop: the signal of all contexts aborts, then the plugins are closed in reverse order; an error of one does
 * not keep the next from being closed. When the drain budget is spent, the close signal aborts. A plugin that
 * still does not return within the close grace is named in the error and not waited for.
 *
 * @module
 */
import { type Clock, systemClock } from "../async/mod.ts";
import {
  type ConfigSources,
  type DescribedSection,
  problemText,
  type SectionResult,
  sourcesFrom,
} from "../config/mod.ts";
import { AgentError, describeError, hasCode } from "../errors/mod.ts";
import { type Logger, LogRegistry } from "../log/mod.ts";
import { MetricSet } from "../metrics/mod.ts";
import { type Plugin, startOrder, type Token } from "../plugin/mod.ts";
import { StatusBoard } from "../status/mod.ts";
import { milliseconds } from "../units/mod.ts";
import { bootTree } from "./boot_tree.ts";
import { effectiveConfig, type PluginSections, readConfiguration } from "./read_configuration.ts";
import { MountedPlugin } from "./_mounted.ts";
import { statusLogger } from "./_status_logger.ts";
import type { AgentOptions, AgentState, StopOptions } from "./options.ts";
import {
  type AgentApi,
  agentToken,
  type BootStep,
  logsToken,
  metricsToken,
  statusToken,
} from "./tokens.ts";

/**
 * Creates an agent; nothing runs before {@linkcode Agent.start}.
 *
 * @example
 * ```ts
 * import { createAgent } from "./mod.ts";
 * import { definePlugin, token } from "../plugin/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const answerToken = token<number>("answer");
 * const oracle = definePlugin({
 *   name: "oracle",
 *   provides: [answerToken],
 *   init: ({ provide }) => provide(answerToken, 42),
 * });
 *
 * await using agent = createAgent({ plugins: [oracle] });
 * await agent.start();
 * assert.equal(agent.get(answerToken), 42);
 * ```
 */
export function createAgent(options: AgentOptions): Agent {
  return new Agent(options);
}

/** The options with their defaults, durations in milliseconds. */
interface AgentSettings {
  readonly plugins: readonly Plugin[];
  readonly name: string;
  readonly version: string;
  readonly sources: ConfigSources;
  readonly startTimeoutMs: number;
  readonly stopTimeoutMs: number;
  readonly closeGraceMs: number;
  readonly clock: Clock;
  readonly random: () => number;
}

/**
 * A set of plugins that start and stop together. {@linkcode createAgent} creates one.
 *
 * @example
 * ```ts
 * import { Agent } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const agent = new Agent({ plugins: [], name: "empty" });
 * await agent.start();
 * assert.equal(agent.state, "running");
 * await agent.stop({ budget: "1s" });
 * ```
 */
export class Agent implements AsyncDisposable {
  /** Status of the plugins. */
  readonly status: StatusBoard;
  /** Metric families of the plugins. */
  readonly metrics: MetricSet = new MetricSet();
  /** Loggers of the plugins. */
  readonly logs: LogRegistry;
  readonly #options: AgentSettings;
  readonly #log: Logger;
  readonly #provided = new Map<Token<unknown>, unknown>();
  readonly #stopping = new AbortController();
  readonly #stopped = Promise.withResolvers<void>();
  readonly #mounted: MountedPlugin[] = [];
  readonly #boot: BootStep[] = [];
  #state: AgentState = "new";
  #stopReason: string | undefined;
  #failure: unknown;
  #starting: Promise<void> | undefined;
  #stop: Promise<void> | undefined;

  /** The same as {@linkcode createAgent}. */
  constructor(options: AgentOptions) {
    const { logs, nonFatal, clock = systemClock } = options;
    const { startTimeout = "15s", stopTimeout = "10s", closeGrace = "500ms" } = options;
    this.logs = logs ?? new LogRegistry({ clock });
    this.status = new StatusBoard({ clock, nonFatal });
    this.status.onChange(statusLogger(this.logs));
    this.#options = {
      plugins: [...options.plugins],
      name: options.name ?? "agent",
      version: options.version ?? "0.0.0",
      sources: options.sources ?? sourcesFrom(),
      startTimeoutMs: milliseconds(startTimeout, "startTimeout"),
      stopTimeoutMs: milliseconds(stopTimeout, "stopTimeout"),
      closeGraceMs: milliseconds(closeGrace, "closeGrace"),
      clock,
      random: options.random ?? Math.random,
    };
    this.#log = this.logs.logger(this.#options.name);
    this.#provided.set(statusToken, this.status);
    this.#provided.set(metricsToken, this.metrics);
    this.#provided.set(logsToken, this.logs);
    this.#stopped.promise.catch(() => {}); // Awaiting `stopped` is optional; prevents an unhandled rejection.
  }

  /** Names of the plugins that have begun to start and are not closed, in start order. While stopping, the last one is closing. */
  get running(): readonly string[] {
    return this.#mounted.map(({ plugin }) => plugin.name);
  }

  /** State of the agent now. */
  get state(): AgentState {
    return this.#state;
  }

  /** Resolves when the agent has stopped; rejects with the error that made it stop or occurred while stopping. */
  get stopped(): Promise<void> {
    return this.#stopped.promise;
  }

  /** Steps of the start with their durations, in the order they ran. */
  get boot(): readonly BootStep[] {
    return this.#boot;
  }

  /** The start so far as a tree with durations, for people. */
  bootTree(): string {
    return bootTree(this.#options.name, this.#boot);
  }

  /** The value that a plugin provides under a token. @throws {TypeError} When no plugin has provided it yet. */
  get<T>(token: Token<T>): T {
    if (!this.#provided.has(token)) {
      throw new TypeError(`Cannot get "${token.name}": no plugin has provided it yet`);
    }
    return this.#provided.get(token) as T;
  }

  /**
   * Starts all plugins. A second call returns the same promise.
   *
   * @throws {AgentError} The first failure: `config_invalid`, `plugin_gap`, `plugin_cycle`,
   * `plugin_duplicate`, `plugin_failed`, `plugin_timeout` or `start_aborted`; an `AggregateError` that
   * begins with it when closing failed, too.
   */
  start({ signal }: { signal?: AbortSignal } = {}): Promise<void> {
    if (this.#state === "stopping" || this.#state === "stopped") {
      throw new TypeError(`Cannot start agent ${this.#options.name}: it is ${this.#state}`);
    }
    if (!this.#starting) {
      this.#state = "starting";
      // A plugin may call start or stop before `#start` has returned its promise.
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#starting = promise;
      resolve(this.#start(signal));
    }
    return this.#starting;
  }

  /**
   * Stops all plugins and waits for them. Before the start it does nothing. During the start it aborts the
   * start and waits until the initialised plugins are closed; {@linkcode start} rejects with the outcome. Later
   * calls wait for the same stop and have the same outcome.
   *
   * @throws {AgentError} `plugin_failed` or `plugin_timeout`; an `AggregateError` when there are several.
   */
  async stop(options: StopOptions = {}): Promise<void> {
    if (this.#state === "new") return;
    if (this.#state === "starting") this.#abortStart(options.reason ?? "stop was called");
    if (this.#state === "running") {
      this.#state = "stopping";
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#stop = promise;
      resolve(this.#stopRunning(options));
    }
    if (this.#stop) return await this.#stop;
    await this.#starting!.catch(() => {}); // The caller of start() gets the error.
  }

  /** The same as {@linkcode stop}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop({ reason: "disposed" });
  }

  async #start(signal: AbortSignal | undefined): Promise<void> {
    const { version, clock } = this.#options;
    const begun = clock.monotonic();
    const onAbort = () => this.#abortStart("the start was aborted");
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted) onAbort();
    try {
      const ordered = this.#prepare();
      this.#log.info("Starting", { version, plugins: ordered.length });
      for (const mounted of ordered) {
        this.#stopping.signal.throwIfAborted();
        this.#mounted.push(mounted);
        await this.#step(mounted, "init");
      }
      for (const mounted of ordered) await this.#step(mounted, "afterInit");
      this.#stopping.signal.throwIfAborted();
      this.#state = "running";
      this.#log.info("Started", { durationMs: Math.round(clock.monotonic() - begun) });
      for (const line of this.bootTree().split("\n")) this.#log.debug(line);
    } catch (error) {
      await this.#rollBack(error);
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  }

  /** Reads the whole configuration, then creates the context of each plugin, in start order. */
  #prepare(): MountedPlugin[] {
    const { sources } = this.#options;
    const builtIn = new Set<Token<unknown>>([agentToken, statusToken, metricsToken, logsToken]);
    const ordered = startOrder([...this.#options.plugins], builtIn);
    const { sections, results, warnings } = readConfiguration(ordered, sources);
    for (const warning of warnings) this.#log.warn(problemText(warning));
    this.#provided.set(agentToken, this.#createApi(sections, results));
    return ordered.map((plugin) => this.#mount(plugin, results.get(plugin)!, builtIn));
  }

  #mount(
    plugin: Plugin,
    { values, present }: SectionResult<Plugin["config"]>,
    builtIn: ReadonlySet<Token<unknown>>,
  ): MountedPlugin {
    const { clock, random, startTimeoutMs } = this.#options;
    return new MountedPlugin(plugin, {
      clock,
      random,
      startTimeoutMs,
      builtIn,
      log: this.logs.logger(plugin.name),
      metrics: this.metrics,
      status: this.status.register(plugin.name),
      config: values!,
      configured: present,
      stopping: this.#stopping.signal,
      provided: this.#provided,
      fail: (error) => this.#fail(error),
    });
  }

  async #step(mounted: MountedPlugin, phase: BootStep["phase"]): Promise<void> {
    const { clock } = this.#options;
    this.#stopping.signal.throwIfAborted();
    const begun = clock.monotonic();
    await mounted[phase]();
    const durationMs = clock.monotonic() - begun;
    const { plugin } = mounted;
    this.#boot.push({ plugin: plugin.name, phase, durationMs, after: this.#providersOf(plugin) });
    this.#log.debug("Plugin started", { plugin: plugin.name, phase, durationMs });
  }

  /** Names of the plugins that provide what this one requires or uses. */
  #providersOf({ requires, optional }: Plugin): string[] {
    const names = [...requires, ...optional].flatMap((token) =>
      this.#options.plugins.filter(({ provides }) => provides.includes(token))
    ).map(({ name }) => name);
    return [...new Set(names)];
  }

  async #rollBack(cause: unknown): Promise<never> {
    this.#state = "stopping";
    if (!this.#stopping.signal.aborted) this.#stopping.abort(cause);
    const first = this.#failure ?? cause;
    if (hasCode(first, "start_aborted")) {
      this.#log.info("Stopping", { reason: describeError(first) });
    } else this.#log.error("Start failed", { error: first });
    const errors = await this.#closeAll(this.#options.stopTimeoutMs);
    const error = errors.length === 0 ? first : joined([first, ...errors]);
    this.#state = "stopped";
    this.#stopped.reject(error);
    throw error;
  }

  async #stopRunning({ reason = "stop was called", budget }: StopOptions): Promise<void> {
    const { clock, stopTimeoutMs } = this.#options;
    const begun = clock.monotonic();
    this.#stopReason = reason;
    this.#log.info("Stopping", { reason });
    this.#stopping.abort(new AgentError("closed", `The agent is stopping: ${reason}`));
    const errors = await this.#closeAll(
      budget === undefined ? stopTimeoutMs : milliseconds(budget, "budget"),
    );
    this.#state = "stopped";
    this.#log.info("Stopped", { durationMs: Math.round(clock.monotonic() - begun) });
    const all = this.#failure === undefined ? errors : [this.#failure, ...errors];
    if (all.length === 0) return this.#stopped.resolve();
    const error = all.length === 1 ? all[0] : joined(all);
    this.#stopped.reject(error);
    if (errors.length > 0) throw error;
  }

  /** Closes all plugins in reverse order and returns their errors. */
  async #closeAll(budgetMs: number): Promise<unknown[]> {
    const { clock, closeGraceMs } = this.#options;
    const spent = new AbortController();
    const end = clock.monotonic() + budgetMs;
    using _timer = clock.timer(
      budgetMs,
      () =>
        spent.abort(new AgentError("deadline_exceeded", `Drain budget of ${budgetMs} ms is spent`)),
    );
    const errors: unknown[] = [];
    for (let last = this.#mounted.at(-1); last; last = this.#mounted.at(-1)) {
      try {
        await last.close(spent.signal, Math.max(0, end - clock.monotonic()), closeGraceMs);
      } catch (error) {
        this.#log.error("Close failed", { error });
        errors.push(error);
      }
      this.#mounted.pop();
    }
    return errors;
  }

  #abortStart(reason: string): void {
    const { name } = this.#options;
    this.#stopReason = reason;
    this.#stopping.abort(new AgentError("start_aborted", `Cannot start agent ${name}: ${reason}`));
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    const reason = describeError(error);
    if (this.#state === "starting") this.#stopping.abort(error);
    else this.#requestStop(reason);
  }

  #requestStop(reason: string): void {
    this.stop({ reason }).catch(() => {}); // `stopped` rejects with the same error.
  }

  #createApi(
    sections: readonly DescribedSection[],
    results: PluginSections,
  ): AgentApi {
    const { name, version } = this.#options;
    const state = () => this.#state;
    const stopReason = () => this.#stopReason;
    return {
      name,
      version,
      get state() {
        return state();
      },
      get stopReason() {
        return stopReason();
      },
      sections,
      boot: this.#boot,
      bootTree: () => this.bootTree(),
      requestStop: (reason) => this.#requestStop(reason),
      effectiveConfig: () => effectiveConfig(results),
    };
  }
}

/** Joins errors into one; the first becomes its cause. */
function joined(errors: readonly unknown[]): AggregateError {
  return new AggregateError(errors, errors.map(describeError).join("; "), { cause: errors[0] });
}
