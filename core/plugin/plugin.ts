/**
 * What a plugin is.
 *
 * The life of a plugin: `init` of all plugins in dependency order, then `afterInit` of all, then the agent
 * is ready. `init` creates and provides things and must return quickly; whatever is remote connects in the
 * background. `afterInit` opens doors and starts consuming, when everybody is there. `close` runs in
 * reverse order, only for plugins whose `init` returned, once, and may come at any time after that; it
 * drains until its signal aborts and then lets go. After it, the plugin's task group is closed and its
 * metrics are removed, so a plugin needs `close` only for what it must still do or holds itself.
 *
 * A plugin keeps its state in what `init` returns, not in itself: one plugin object may serve two agents.
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

/** What `init` and `afterInit` receive. The functions need no `this`. */
export interface PluginContext<C> {
  /** Name of the plugin. */
  readonly name: string;
  /** Logger of that name. */
  readonly log: Logger;
  /** The parsed, frozen section. */
  readonly config: C;
  /** Whether the operator set any key of the section. */
  readonly configured: boolean;
  /** Source of time; plugins have no other. */
  readonly clock: Clock;
  /** Numbers in [0, 1), for jitter and sampling. */
  readonly random: () => number;
  /** Aborts when stopping begins: take no new work. Draining goes on until `close`. */
  readonly signal: AbortSignal;
  /** Background work; aborted and awaited after `close`. A task that throws makes the status `error`. */
  readonly tasks: Pick<TaskGroup, "run" | "signal">;
  /** Reports this plugin's state. It is `ok` after `afterInit` unless the plugin said otherwise. */
  readonly status: StatusReporter;
  /** Adds metric families until the plugin is closed. */
  readonly metrics: { add(...families: MetricFamily[]): void };
  /** What another plugin provides; the token must stand in `requires`. */
  get<T>(token: Token<T>): T;
  /** The same for tokens in `optional`; undefined when nobody provides it. */
  find<T>(token: Token<T>): T | undefined;
  /** Offers something; the token must stand in `provides`. */
  provide<T>(token: Token<T>, value: NoInfer<T>): void;
  /** Stops the agent because of an error that cannot be lived with. */
  fail(error: unknown): void;
}

/** What `close` receives beside the state. */
export interface CloseContext {
  /** The plugin's logger. */
  readonly log: Logger;
  /** Aborts when the drain budget is spent: let go of everything and return. */
  readonly signal: AbortSignal;
  /** Milliseconds of the budget that are left now. */
  readonly remainingMs: number;
}

/** What {@linkcode definePlugin} takes. */
export interface PluginSpec<F extends Fields, S> {
  /** Unique in the agent; lower-case letters, digits, `_` and `-`. */
  name: string;
  /** Section of the configuration. Default: the name. Several plugins may read one section. */
  section?: string;
  /** Names that the section had before; their keys are accepted with a warning. */
  formerSections?: readonly string[];
  /** Tokens that must be provided by others. */
  requires?: readonly Token<unknown>[];
  /** Tokens that are used when somebody provides them. */
  optional?: readonly Token<unknown>[];
  /** Tokens that `init` provides. */
  provides?: readonly Token<unknown>[];
  /** Fields of the section. Default: none. */
  config?: F;
  /** A background task that throws stops the agent. Default false: it is reported in the status. */
  fatal?: boolean;
  /** Time limit of `init`, and of `afterInit`. Default: the agent's. */
  startTimeout?: Duration;
  /** Creates and provides. What it returns is the state given to the others. */
  init(context: PluginContext<ConfigOf<F>>): S | Promise<S>;
  /** Starts, once all plugins are initialised. */
  afterInit?(state: NoInfer<S>, context: PluginContext<ConfigOf<F>>): void | Promise<void>;
  /** Drains and lets go. */
  close?(state: NoInfer<S>, context: CloseContext): void | Promise<void>;
}

/** A plugin as the registry and the agent see it. */
export interface Plugin {
  /** Unique in the agent. */
  readonly name: string;
  /** Section of the configuration. */
  readonly section: string;
  /** Names that the section had before. */
  readonly formerSections: readonly string[];
  /** Tokens that others must provide. */
  readonly requires: readonly Token<unknown>[];
  /** Tokens used when somebody provides them. */
  readonly optional: readonly Token<unknown>[];
  /** Tokens that `init` provides. */
  readonly provides: readonly Token<unknown>[];
  /** Fields of the section. */
  readonly config: Fields;
  /** Whether a task that throws stops the agent. */
  readonly fatal: boolean;
  /** Limit of `init` and of `afterInit` in milliseconds; undefined for the agent's. */
  readonly startTimeoutMs: number | undefined;
  /** Creates and provides; resolves to the state. */
  init(context: PluginContext<Readonly<Record<string, unknown>>>): unknown;
  /** Starts, once all plugins are initialised. */
  afterInit?(
    state: unknown,
    context: PluginContext<Readonly<Record<string, unknown>>>,
  ): void | Promise<void>;
  /** Drains and lets go. */
  close?(state: unknown, context: CloseContext): void | Promise<void>;
}

/**
 * Makes a plugin from its parts, checked and frozen.
 *
 * @throws {TypeError} When the name is not a plugin name.
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
    throw new TypeError(`Cannot define plugin "${name}": a name is a-z, 0-9, _ and -`);
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
    ...(spec.afterInit && { afterInit: spec.afterInit.bind(spec) }),
    ...(spec.close && { close: spec.close.bind(spec) }),
  };
  // The agent hands each plugin the context and the state of its own types, and nobody else's.
  return Object.freeze(plugin) as unknown as Plugin;
}
