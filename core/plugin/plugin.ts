/**
 * Definition and lifecycle of a plugin.
 *
 * The agent calls `init` of all plugins in dependency order, then `afterInit` of all, and is ready then.
 *
 * - `init` creates and provides values. It must return quickly: remote connections are opened in the background.
 * - `afterInit` opens listeners and starts consumers. All plugins are initialised at that time.
 * - `close` runs in reverse order, once, and only for plugins whose `init` returned. It may be called at any time
 *   after that. It drains until its signal aborts, and then releases everything and returns. Afterwards the task
 *   group of the plugin is closed and its metrics are removed, so many plugins need no `close`.
 *
 * A plugin keeps its state in the value that `init` returns and not in itself, so that one plugin object can
 * run in several agents.
 *
 * @module
 */
import type { Clock, TaskGroup } from "../async/mod.ts";
import type { ConfigOf, Fields } from "../config/mod.ts";
import type { Logger } from "../log/mod.ts";
import type { MetricFamily } from "../metrics/mod.ts";
import type { StatusReporter } from "../status/mod.ts";
import { type Duration, milliseconds } from "../units/mod.ts";
import type { Token } from "./token.ts";

/** Argument of `init` and `afterInit`. Its functions do not use `this`. */
export interface PluginContext<C> {
  /** Name of the plugin. */
  readonly name: string;
  /** Logger with the name of the plugin. */
  readonly log: Logger;
  /** The parsed, frozen section of the configuration. */
  readonly config: C;
  /** Whether the operator set any key of the section. */
  readonly configured: boolean;
  /** Clock of the agent. Plugins use no other, so that tests can control time. */
  readonly clock: Clock;
  /** Returns numbers in [0, 1), for jitter and sampling. */
  readonly random: () => number;
  /** Aborts when stopping begins: accept no new work from then on. Draining is the task of `close`. */
  readonly signal: AbortSignal;
  /** Background tasks. They are aborted and awaited after `close`. A task that throws sets the status `error`. */
  readonly tasks: Pick<TaskGroup, "run" | "signal">;
  /** Reports the status of this plugin. It becomes `ok` after `afterInit` unless the plugin reported another. */
  readonly status: StatusReporter;
  /** Adds metric families. They are removed when the plugin is closed. */
  readonly metrics: { add(...families: MetricFamily[]): void };
  /** Returns the value of a token in `requires`. */
  get<T>(token: Token<T>): T;
  /** Returns the value of a token in `optional`; undefined when no plugin provides it. */
  find<T>(token: Token<T>): T | undefined;
  /** Provides the value of a token in `provides`. */
  provide<T>(token: Token<T>, value: NoInfer<T>): void;
  /** Stops the agent because of a fatal error. */
  fail(error: unknown): void;
}

/** Second argument of `close`, after the state. */
export interface CloseContext {
  /** The plugin's logger. */
  readonly log: Logger;
  /** Aborts when the drain budget is spent: release everything and return. */
  readonly signal: AbortSignal;
  /** Time left in the drain budget, in milliseconds. */
  readonly remainingMs: number;
}

/** A contradiction between the values of a section. */
export interface ConfigIssue {
  /** The operator's key to which the message belongs, such as `tls_cert`. */
  readonly key: string;
  /** What is wrong and how to fix it. */
  readonly message: string;
}

/** Argument of {@linkcode definePlugin}. */
export interface PluginSpec<F extends Fields, S> {
  /** Unique in the agent; lower-case letters, digits, `_` and `-`. */
  name: string;
  /** Section of the configuration. Default: the name. Several plugins may read one section. */
  section?: string;
  /** Names that the section had before; their keys are accepted with a warning. */
  formerSections?: readonly string[];
  /** Tokens that other plugins must provide. */
  requires?: readonly Token<unknown>[];
  /** Tokens that are used when another plugin provides them. */
  optional?: readonly Token<unknown>[];
  /** Tokens that `init` provides. */
  provides?: readonly Token<unknown>[];
  /** Fields of the section. Default: none. */
  config?: F;
  /**
   * Called with values that are valid one by one, before any plugin starts; returns the contradictions between
   * them. It must not access files or the network, because it also runs where only the configuration is checked.
   */
  checkConfig?(config: ConfigOf<F>): readonly ConfigIssue[];
  /** Whether a task that throws stops the agent. Default false: it only sets the status `error`. */
  fatal?: boolean;
  /** Time limit of `init`, and of `afterInit`. Default: the agent's. */
  startTimeout?: Duration;
  /** Creates and provides values. The value it returns is the state that `afterInit` and `close` get. */
  init(context: PluginContext<ConfigOf<F>>): S | Promise<S>;
  /** Called when all plugins are initialised: opens listeners and starts consumers. */
  afterInit?(state: NoInfer<S>, context: PluginContext<ConfigOf<F>>): void | Promise<void>;
  /** Drains within its signal, then releases everything. */
  close?(state: NoInfer<S>, context: CloseContext): void | Promise<void>;
}

/** A defined plugin. */
export interface Plugin {
  /** Unique in the agent. */
  readonly name: string;
  /** Section of the configuration. */
  readonly section: string;
  /** Names that the section had before. */
  readonly formerSections: readonly string[];
  /** Tokens that others must provide. */
  readonly requires: readonly Token<unknown>[];
  /** Tokens that are used when another plugin provides them. */
  readonly optional: readonly Token<unknown>[];
  /** Tokens that `init` provides. */
  readonly provides: readonly Token<unknown>[];
  /** Fields of the section. */
  readonly config: Fields;
  /** Returns the contradictions between valid values. */
  checkConfig?(config: Readonly<Record<string, unknown>>): readonly ConfigIssue[];
  /** Whether a task that throws stops the agent. */
  readonly fatal: boolean;
  /** Time limit of `init` and of `afterInit` in milliseconds; undefined for that of the agent. */
  readonly startTimeoutMs: number | undefined;
  /** Creates and provides values; returns the state or a promise of it. */
  init(context: PluginContext<Readonly<Record<string, unknown>>>): unknown;
  /** Called when all plugins are initialised: opens listeners and starts consumers. */
  afterInit?(
    state: unknown,
    context: PluginContext<Readonly<Record<string, unknown>>>,
  ): void | Promise<void>;
  /** Drains within its signal, then releases everything. */
  close?(state: unknown, context: CloseContext): void | Promise<void>;
}

/**
 * Defines a plugin; the result is frozen.
 *
 * @throws {TypeError} When the name has other characters than a-z, 0-9, `_` and `-`, or begins with no letter.
 * @throws {RangeError} When the start timeout is not a duration.
 *
 * @example
 * ```ts
 * import { definePlugin, token } from "./mod.ts";
 * import { text } from "../config/mod.ts";
 *
 * interface Greeter {
 *   greet(name: string): string;
 * }
 * const greeterToken = token<Greeter>("greeter");
 *
 * export const greeter = definePlugin({
 *   name: "greeter",
 *   provides: [greeterToken],
 *   config: { greeting: text({ doc: "First word.", default: "Hello" }) },
 *   init({ config, provide }) {
 *     provide(greeterToken, { greet: (name) => `${config.greeting}, ${name}` });
 *   },
 * });
 * ```
 */
export function definePlugin<F extends Fields = Record<never, never>, S = void>(
  spec: PluginSpec<F, S>,
): Plugin {
  const { name, section = name, formerSections = [], startTimeout } = spec;
  const { requires = [], optional = [], provides = [] } = spec;
  if (!/^[a-z][a-z0-9_-]*$/.test(name)) {
    throw new TypeError(
      `Cannot define plugin "${name}": a name has a-z, 0-9, _ and -, and begins with a letter`,
    );
  }
  const plugin = {
    name,
    section,
    formerSections: Object.freeze([...formerSections]),
    requires: Object.freeze([...requires]),
    optional: Object.freeze([...optional]),
    provides: Object.freeze([...provides]),
    config: Object.freeze({ ...spec.config }),
    fatal: spec.fatal ?? false,
    startTimeoutMs: startTimeout === undefined
      ? undefined
      : milliseconds(startTimeout, "startTimeout"),
    init: spec.init.bind(spec),
    ...(spec.checkConfig && { checkConfig: spec.checkConfig.bind(spec) }),
    ...(spec.afterInit && { afterInit: spec.afterInit.bind(spec) }),
    ...(spec.close && { close: spec.close.bind(spec) }),
  };
  // The agent calls each plugin with the context and the state of its own types only.
  return Object.freeze(plugin) as unknown as Plugin;
}
