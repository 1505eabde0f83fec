import { settingsErrors } from "./errors.ts";
import { AgentError, describeError, type Logger, type Token, token } from "../../core/mod.ts";
import { checkSettings } from "./check.ts";
import type { SettingsSource } from "./load.ts";
import type { CimSettings } from "./schema.ts";

/**
 * Puts a changed document into effect. When it throws, the change is taken back: listeners that had been
 * told are told of the way back, in reverse.
 */
export type SettingsListener = (now: CimSettings, before: CimSettings) => void | Promise<void>;

/** The settings in force. */
export interface CimSettingsApi {
  /** The whole document, frozen, with members that are not known; replaced as a whole on a change. */
  readonly current: CimSettings;
  /** Which document the settings came from. */
  readonly source: SettingsSource;
  /** Calls back, in the order of registration, on each change. */
  onChange(listener: SettingsListener): Disposable;
  /**
   * Checks a whole document, puts it in force and waits for its effects. Calls queue up behind one another.
   *
   * @throws {AgentError} `value_invalid` with every problem, or `settings_not_applied` when a listener threw;
   * in both cases the document before stays in force.
   */
  apply(document: unknown): Promise<void>;
}

/** Key of {@linkcode CimSettingsApi}. */
export const cimSettingsToken: Token<CimSettingsApi> = token("cim_settings");

/** Holds the settings. Effects are chosen by comparing documents, never by what a patch looks like. */
export class SettingsHolder implements CimSettingsApi {
  /** Which document the settings came from. */
  readonly source: SettingsSource;
  readonly #log: Logger;
  readonly #listeners = new Set<SettingsListener>();
  #current: CimSettings;
  #queue: Promise<unknown> = Promise.resolve();

  /** Holds a checked document. */
  constructor(initial: CimSettings, source: SettingsSource, log: Logger) {
    this.#current = initial;
    this.source = source;
    this.#log = log;
  }

  /** The whole document in force. */
  get current(): CimSettings {
    return this.#current;
  }

  /** Calls back on each change. */
  onChange(listener: SettingsListener): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  /** Puts a whole document in force. */
  apply(document: unknown): Promise<void> {
    const applied = this.#queue.then(() => this.#apply(document));
    this.#queue = applied.catch(() => "told to whoever called apply()");
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
    const told: SettingsListener[] = [];
    try {
      for (const listener of this.#listeners) {
        told.unshift(listener);
        await listener(settings, before);
      }
    } catch (cause) {
      await this.#takeBack(told, before, settings);
      throw new AgentError(
        settingsErrors.settings_not_applied,
        `Cannot apply settings: ${describeError(cause)}`,
        {
          cause,
        },
      );
    }
  }

  async #takeBack(told: SettingsListener[], before: CimSettings, failed: CimSettings) {
    this.#current = before;
    for (const listener of told) {
      try {
        await listener(before, failed);
      } catch (error) {
        this.#log.error("Cannot take a setting back", { error });
      }
    }
  }
}
