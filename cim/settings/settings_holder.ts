import { settingsErrors } from "./errors.ts";
import { AgentError, describeError, type Logger, type Token, token } from "../../core/mod.ts";
import { checkSettings } from "./check.ts";
import type { SettingsSource } from "./load.ts";
import type { CimSettings } from "./schema.ts";

/**
 * Called with each new document and the previous one, to apply the difference. If it throws, the change is rolled
 * back: the listeners called so far are called again, in reverse order, with the documents swapped.
 */
export type SettingsListener = (now: CimSettings, before: CimSettings) => void | Promise<void>;

/** The current settings. */
export interface CimSettingsApi {
  /** The whole document, frozen, unknown members included; replaced as a whole on a change. */
  readonly current: CimSettings;
  /** Which document the settings come from. */
  readonly source: SettingsSource;
  /** Adds a listener. Listeners are called in the order they were added. Disposing of the result removes it. */
  onChange(listener: SettingsListener): Disposable;
  /**
   * Checks a whole document, makes it current and waits for all listeners. Concurrent calls are queued.
   *
   * @throws {AgentError} `value_invalid` with every problem, or `settings_not_applied` when a listener threw;
   * in both cases the previous document stays current.
   */
  apply(document: unknown, options?: ApplyOptions): Promise<void>;
}

/** Options of {@linkcode CimSettingsApi.apply}. */
export interface ApplyOptions {
  /** Where the document comes from. Default: the source stays. */
  readonly source?: SettingsSource;
}

/** Key of {@linkcode CimSettingsApi}. */
export const cimSettingsToken: Token<CimSettingsApi> = token("cim_settings", {
  providedBy: "settings()",
});

/** Holds the settings. Listeners compare documents, so it does not matter how a patch was written. */
export class SettingsHolder implements CimSettingsApi {
  readonly #log: Logger;
  readonly #listeners = new Set<SettingsListener>();
  #current: CimSettings;
  #source: SettingsSource;
  #queue: Promise<unknown> = Promise.resolve();

  /** Holds a checked document. */
  constructor(initial: CimSettings, source: SettingsSource, log: Logger) {
    this.#current = initial;
    this.#source = source;
    this.#log = log;
  }

  /** Which document the settings come from. */
  get source(): SettingsSource {
    return this.#source;
  }

  /** The current document. */
  get current(): CimSettings {
    return this.#current;
  }

  /** Adds a listener. */
  onChange(listener: SettingsListener): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  /** Checks a whole document, makes it current and waits for all listeners. */
  apply(document: unknown, { source }: ApplyOptions = {}): Promise<void> {
    const applied = this.#queue.then(async () => {
      await this.#apply(document);
      this.#source = source ?? this.#source;
    });
    this.#queue = applied.catch(() => {}); // The caller of apply() gets the error.
    return applied;
  }

  async #apply(document: unknown): Promise<void> {
    const { settings, problems } = checkSettings(document);
    if (problems.length > 0) {
      const texts = problems.map(({ path, message }) => `${path}: ${message}`);
      throw new AgentError("value_invalid", `Cannot apply settings: ${texts.join("; ")}`);
    }
    const before = this.#current;
    this.#current = settings;
    const called: SettingsListener[] = [];
    try {
      for (const listener of this.#listeners) {
        called.unshift(listener);
        await listener(settings, before);
      }
    } catch (cause) {
      await this.#rollBack(called, before, settings);
      throw new AgentError(
        settingsErrors.settings_not_applied,
        `Cannot apply settings: ${describeError(cause)}`,
        {
          cause,
        },
      );
    }
  }

  async #rollBack(called: SettingsListener[], before: CimSettings, failed: CimSettings) {
    this.#current = before;
    for (const listener of called) {
      try {
        await listener(before, failed);
      } catch (error) {
        this.#log.error("Cannot roll back a setting", { error });
      }
    }
  }
}
