import {
  AgentError,
  jsonCodec,
  type KeyValueStore,
  type Logger,
  type Token,
  token,
} from "../../core/mod.ts";
import type { OwnConfigMapApi } from "../config_map/mod.ts";
import { type CimSettingsApi, mergeOverrides } from "../settings/mod.ts";
import type { RegistrationRequest } from "./_request.ts";

/** A registered container. */
export interface ContainerRegistration {
  /** Container name sent by the application; may be empty. */
  readonly containerName: string;
  /** Container id sent by the application; may be empty or the text `null`. */
  readonly containerId: string;
}

/** Called with each registration. The answer waits for it; an error it throws fails the registration. */
export type RegistrationListener = (registration: ContainerRegistration) => void | Promise<void>;

/** The registration of the application. */
export interface RegistrationApi {
  /** The last registration, also of a previous run; undefined when there is none. */
  readonly current: ContainerRegistration | undefined;
  /** Calls the listener on each registration from now on, not for a restored one. */
  onRegister(listener: RegistrationListener): Disposable;
}

/** Key of {@linkcode RegistrationApi}. */
export const registrationToken: Token<RegistrationApi> = token("registration", {
  providedBy: "registration()",
});

const stateKey = "registration";
const codec = jsonCodec<ContainerRegistration>((value) => {
  const { containerName, containerId } = value as Record<string, unknown>;
  if (typeof containerName === "string" && typeof containerId === "string") {
    return { containerName, containerId };
  }
  throw new TypeError("wanted containerName and containerId");
});

/** Options of {@linkcode Registrar}. */
export interface RegistrarOptions {
  readonly settings: CimSettingsApi;
  readonly configMap: Pick<OwnConfigMapApi, "register">;
  readonly state: KeyValueStore;
  readonly log: Logger;
}

/** Handles registrations, one at a time in the order of the calls, and stores the last one. */
export class Registrar implements RegistrationApi {
  readonly #options: RegistrarOptions;
  readonly #listeners = new Set<RegistrationListener>();
  #current: ContainerRegistration | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  /** Successful registrations in this run. */
  registrations = 0;
  /** Failed registrations in this run. */
  failures = 0;

  constructor(options: RegistrarOptions) {
    this.#options = options;
  }

  get current(): ContainerRegistration | undefined {
    return this.#current;
  }

  onRegister(listener: RegistrationListener): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  /** Restores the registration of a previous run. Unreadable state is logged and ignored. */
  async restore(): Promise<void> {
    const { state, log } = this.#options;
    try {
      const entry = await state.get(stateKey);
      if (entry) this.#current = codec.decode(entry.value);
    } catch (error) {
      log.warn("Cannot restore the registration; waiting for a new one", { error });
    }
  }

  /**
   * Handles one registration.
   *
   * @throws {AgentError} `value_invalid` when an override is out of range.
   * @throws The error of a listener.
   */
  register(request: RegistrationRequest): Promise<void> {
    const registered = this.#queue.then(() => this.#register(request));
    // The caller gets the error; the next registration must run anyway.
    this.#queue = registered.catch(() => undefined);
    return registered;
  }

  async #register({ containerName, containerId, overrides }: RegistrationRequest): Promise<void> {
    const { settings, configMap, log } = this.#options;
    const before = this.#current;
    const registration = Object.freeze({ containerName, containerId });
    try {
      await configMap.register(() => this.#override(overrides));
      this.#current = registration;
      for (const listener of this.#listeners) await listener(registration);
      await this.#save(registration);
      this.registrations++;
    } catch (error) {
      this.#current = before;
      this.failures++;
      throw error;
    }
    log.info("Application registered", { containerName, containerId, source: settings.source });
  }

  /** Applies overrides, unless the operator mounted `cim.json`. */
  async #override(overrides: RegistrationRequest["overrides"]): Promise<void> {
    const { settings, log } = this.#options;
    if ((overrides.lmaas ?? overrides.app_settings ?? null) === null) return;
    if (settings.source === "mounted") {
      log.debug("Ignored the overrides of the registration: cim.json is mounted");
      return;
    }
    await settings.apply(mergeOverrides(settings.current, overrides));
  }

  /** Stores the registration. A store that fails does not fail the registration. */
  async #save(registration: ContainerRegistration): Promise<void> {
    const { state, log } = this.#options;
    try {
      await state.put(stateKey, codec.encode(registration));
    } catch (error) {
      if (!(error instanceof AgentError)) throw error;
      log.error("Cannot store the registration; a restart of the agent loses it", { error });
    }
  }
}
