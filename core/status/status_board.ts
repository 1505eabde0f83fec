/**
 * State of each plugin with reason and time, and the state of the agent that follows from them.
 *
 * The state of the agent is the worst state of its plugins: `error`, then `init`, `degraded` and `ok`. Disabled
 * plugins, and plugins that the operator declared non-fatal, are left out. A plugin that must report regularly
 * (`staleAfter`) counts as `error` when it does not. The last 20 changes of each plugin are kept.
 *
 * @module
 */
import { type Clock, systemClock } from "../async/mod.ts";
import { describeError, errorCode } from "../errors/mod.ts";
import { redactText } from "../log/mod.ts";
import { type Duration, milliseconds } from "../units/mod.ts";

/** States of a plugin. */
export type PluginState = "init" | "ok" | "degraded" | "error" | "disabled";

/** One change of state. */
export interface StatusChange {
  /** New state. */
  readonly state: PluginState;
  /** Reason; may be empty. */
  readonly reason: string;
  /** Code of the error that is the reason. */
  readonly code?: string;
  /** Time of the report, in milliseconds since 1970. */
  readonly since: number;
}

/** Status of a plugin with its history. */
export interface PluginStatus extends StatusChange {
  /** Name of the plugin. */
  readonly name: string;
  /** Time of the last report, changed or not, in milliseconds since 1970. */
  readonly updated: number;
  /** The last 20 changes with the current one, oldest first. */
  readonly history: readonly StatusChange[];
}

/** Status of the agent: the worst state of the plugins that count. */
export interface AgentStatus extends StatusChange {
  /** The worst state of the plugins that count. */
  readonly state: "init" | "ok" | "degraded" | "error";
  /** Time when the board was created, in milliseconds since 1970. */
  readonly started: number;
  /** All plugins in the order of their registration. */
  readonly plugins: readonly PluginStatus[];
  /** Names of the plugins that are degraded, and of non-fatal plugins in error. */
  readonly degraded: readonly string[];
}

/** Reports the state of one plugin. If the reason is an error, its text and its code are used. */
export interface StatusReporter {
  /** The plugin works. */
  ok(reason?: string): void;
  /** The plugin works in part, or a dependency is missing. The agent stays ready. */
  degraded(reason: string | Error): void;
  /** The plugin does not work. */
  error(reason: string | Error): void;
  /** The plugin is disabled by configuration. */
  disabled(reason: string): void;
  /** The plugin is starting; the reason says what it waits for. */
  init(reason?: string): void;
}

/** Options of {@linkcode StatusBoard}. */
export interface StatusBoardOptions {
  /** Clock to use. Default: {@linkcode systemClock}. */
  clock?: Clock;
  /** Names of plugins whose errors leave the agent degraded. Default: none. */
  nonFatal?: readonly string[];
}

/** Options of {@linkcode StatusBoard.register}. */
export interface RegisterOptions {
  /** A plugin that reports nothing for longer counts as `error`. Default: no limit. */
  staleAfter?: Duration;
}

interface Row {
  history: StatusChange[];
  updated: number;
  /** The same time on the monotonic clock. */
  updatedMonotonic: number;
  readonly staleAfterMs: number;
}

const historyLength = 20;
const severity = { disabled: 0, ok: 0, degraded: 1, init: 2, error: 3 } as const;

/**
 * Status of all plugins of one agent.
 *
 * @example
 * ```ts
 * import { StatusBoard } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const board = new StatusBoard();
 * board.register("store").ok();
 * board.register("link").degraded("one of two servers is away");
 * assert.equal(board.agent().state, "degraded");
 * assert.deepEqual(board.agent().degraded, ["link"]);
 * ```
 */
export class StatusBoard {
  readonly #clock: Clock;
  readonly #rows = new Map<string, Row>();
  readonly #listeners = new Set<(status: PluginStatus) => void>();
  readonly #started: number;
  #nonFatal: ReadonlySet<string>;

  /** Creates a board without plugins. */
  constructor({ clock = systemClock, nonFatal = [] }: StatusBoardOptions = {}) {
    this.#clock = clock;
    this.#started = clock.now();
    this.#nonFatal = new Set(nonFatal);
  }

  /** Replaces the names of plugins whose errors leave the agent degraded. */
  setNonFatal(names: readonly string[]): void {
    this.#nonFatal = new Set(names);
  }

  /** Adds a plugin in state `init` and returns its reporter. */
  register(name: string, options: RegisterOptions = {}): StatusReporter {
    const staleAfterMs = milliseconds(options.staleAfter ?? Infinity, "staleAfter");
    const now = this.#clock.now();
    this.#rows.set(name, {
      history: [{ state: "init", reason: "", since: now }],
      updated: now,
      updatedMonotonic: this.#clock.monotonic(),
      staleAfterMs,
    });
    return {
      ok: (reason = "") => this.#report(name, "ok", reason),
      degraded: (reason) => this.#report(name, "degraded", reason),
      error: (reason) => this.#report(name, "error", reason),
      disabled: (reason) => this.#report(name, "disabled", reason),
      init: (reason = "") => this.#report(name, "init", reason),
    };
  }

  /** Calls the listener after each change of state or reason. The listener must not throw. */
  onChange(listener: (status: PluginStatus) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  /** Status of one plugin; undefined when no plugin has that name. */
  plugin(name: string): PluginStatus | undefined {
    const row = this.#rows.get(name);
    if (!row) return undefined;
    const current = row.history[row.history.length - 1];
    const silentMs = Math.round(this.#clock.monotonic() - row.updatedMonotonic);
    const stale = silentMs > row.staleAfterMs && current.state !== "disabled";
    return {
      name,
      updated: row.updated,
      history: [...row.history],
      ...(stale
        ? {
          state: "error",
          reason: `no report for ${silentMs} ms`,
          since: row.updated + row.staleAfterMs,
        }
        : current),
    };
  }

  /** Status of the agent and of all plugins. */
  agent(): AgentStatus {
    const plugins = [...this.#rows.keys()].map((name) => this.plugin(name)!);
    const counting = plugins.filter(({ name }) => !this.#nonFatal.has(name));
    const worst = counting.reduce<PluginStatus | undefined>(
      (sofar, next) => !sofar || severity[next.state] > severity[sofar.state] ? next : sofar,
      undefined,
    );
    const state = worst === undefined || severity[worst.state] === 0 ? "ok" : worst.state;
    return {
      state: state as AgentStatus["state"],
      reason: state === "ok" ? "" : [worst!.name, worst!.reason].filter(Boolean).join(": "),
      since: Math.max(this.#started, ...counting.map(({ since }) => since)),
      started: this.#started,
      plugins,
      degraded: plugins.filter(({ name, state }) =>
        state === "degraded" || state === "error" && this.#nonFatal.has(name)
      )
        .map(({ name }) => name),
    };
  }

  #report(name: string, state: PluginState, cause: string | Error): void {
    const reason = redactText(typeof cause === "string" ? cause : describeError(cause));
    const code = typeof cause === "string" ? undefined : errorCode(cause);
    const row = this.#rows.get(name)!;
    const now = this.#clock.now();
    row.updated = now;
    row.updatedMonotonic = this.#clock.monotonic();
    const current = row.history[row.history.length - 1];
    if (current.state === state && current.reason === reason) return;
    row.history.push({ state, reason, ...(code && { code }), since: now });
    if (row.history.length > historyLength) row.history.shift();
    const status = this.plugin(name)!;
    for (const listener of this.#listeners) listener(status);
  }
}
