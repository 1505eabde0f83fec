/**
 * What state each plugin is in, since when and why, and what that makes of the agent.
 *
 * The agent's state is the worst of its plugins, leaving out those that are disabled and those that the
 * operator declared non-fatal: an `ok` of one never hides the `error` of another, and `init` never hides
 * `error`. A plugin may promise to report regularly (`staleAfter`); when it breaks the promise it counts
 * as `error`. The last 20 changes of each plugin are kept.
 *
 * @module
 */
import { type Clock, systemClock } from "../async/mod.ts";
import { describeError, errorCode } from "../errors/mod.ts";
import { type Duration, milliseconds } from "../units/mod.ts";

/** States of a plugin. */
export type PluginState = "init" | "ok" | "degraded" | "error" | "disabled";

/** One change of state. */
export interface StatusChange {
  /** What it is. */
  readonly state: PluginState;
  /** Why, empty when there is nothing to say. */
  readonly reason: string;
  /** Code of the error that is the reason, if it has one. */
  readonly code?: string;
  /** When it was reported, milliseconds since 1970. */
  readonly since: number;
}

/** A plugin's state with its history, the newest last. */
export interface PluginStatus extends StatusChange {
  /** Name of the plugin. */
  readonly name: string;
  /** When it was last reported, changed or not. */
  readonly updated: number;
  /** The last 20 changes, this one included. */
  readonly history: readonly StatusChange[];
}

/** The agent's state: the worst of the plugins that count. */
export interface AgentStatus extends StatusChange {
  /** The worst state of the plugins that count. */
  readonly state: "init" | "ok" | "degraded" | "error";
  /** When the board was created, milliseconds since 1970. */
  readonly started: number;
  /** All plugins in the order of their registration. */
  readonly plugins: readonly PluginStatus[];
  /** Plugins that are degraded, and non-fatal plugins in error. */
  readonly degraded: readonly string[];
}

/** Reports the state of one plugin. A reason may be an error: its text and its code are taken. */
export interface StatusReporter {
  /** It works. */
  ok(reason?: string): void;
  /** It works in part, or a dependency is missing; the agent stays ready. The reason says what is missing. */
  degraded(reason: string | Error): void;
  /** It does not work, and why. */
  error(reason: string | Error): void;
  /** It is switched off by configuration, and why. */
  disabled(reason: string): void;
  /** It is on its way, and what it waits for. */
  init(reason?: string): void;
}

/** Options of {@linkcode StatusBoard}. */
export interface StatusBoardOptions {
  /** Source of time. Default: the machine's. */
  clock?: Clock;
  /** Plugins whose errors do not count for the agent. */
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
  /** The same moment on the clock that does not jump. */
  heard: number;
  readonly staleAfterMs: number;
}

const historyLength = 20;
const severity = { disabled: 0, ok: 0, degraded: 1, init: 2, error: 3 } as const;

/** The states of all plugins of one agent. */
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

  /** Declares which plugins' errors do not count for the agent. */
  setNonFatal(names: readonly string[]): void {
    this.#nonFatal = new Set(names);
  }

  /** Adds a plugin in state `init` and returns what it reports with. */
  register(name: string, options: RegisterOptions = {}): StatusReporter {
    const staleAfterMs = milliseconds(options.staleAfter ?? Infinity, "staleAfter");
    const now = this.#clock.now();
    this.#rows.set(name, {
      history: [{ state: "init", reason: "", since: now }],
      updated: now,
      heard: this.#clock.monotonic(),
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

  /** Calls back after each change of state or reason; the listener must not throw. */
  onChange(listener: (status: PluginStatus) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  /** The state of one plugin; undefined when there is none of that name. */
  plugin(name: string): PluginStatus | undefined {
    const row = this.#rows.get(name);
    if (!row) return undefined;
    const current = row.history[row.history.length - 1];
    const silentMs = Math.round(this.#clock.monotonic() - row.heard);
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

  /** The state of the agent and of all plugins, in the order of their registration. */
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
    const reason = typeof cause === "string" ? cause : describeError(cause);
    const code = typeof cause === "string" ? undefined : errorCode(cause);
    const row = this.#rows.get(name)!;
    const now = this.#clock.now();
    row.updated = now;
    row.heard = this.#clock.monotonic();
    const current = row.history[row.history.length - 1];
    if (current.state === state && current.reason === reason) return;
    row.history.push({ state, reason, ...(code && { code }), since: now });
    if (row.history.length > historyLength) row.history.shift();
    const status = this.plugin(name)!;
    for (const listener of this.#listeners) listener(status);
  }
}
