import {
  AgentError,
  describeError,
  jsonCodec,
  type KeyValueStore,
  type Logger,
  type Token,
  token,
} from "../../core/mod.ts";
import { type CimSettingsApi, mergeOverrides } from "../settings/mod.ts";
import type { RegistrationRequest } from "./_request.ts";

/** Who registered. */
export interface ContainerRegistration {
  /** Name that the application gave its container; may be empty. */
  readonly containerName: string;
  /** Id that the application gave; may be empty or the text `null`. */
  readonly containerId: string;
}

/** Acts on a registration. The answer waits for it; what it throws fails the registration. */
export type RegistrationListener = (registration: ContainerRegistration) => void | Promise<void>;

/** The registration of the application. */
export interface RegistrationApi {
  /** Who registered last, in this life of the agent or an earlier one; undefined when nobody has. */
  readonly current: ContainerRegistration | undefined;
  /** Calls back on each registration from now on. One that was restored is not told. */
  onRegister(listener: RegistrationListener): Disposable;
}

/** Key of {@linkcode RegistrationApi}. */
export const registrationToken: Token<RegistrationApi> = token("registration");

const stateKey = "registration";
const codec = jsonCodec<ContainerRegistration>((value) => {
  const { containerName, containerId } = value as Record<string, unknown>;
  if (typeof containerName === "string" && typeof containerId === "string") {
    return { containerName, containerId };
  }
  throw new TypeError("wanted containerName and containerId");
});

/** What a {@linkcode Registrar} works with. */
export interface RegistrarOptions {
  readonly settings: CimSettingsApi;
  readonly state: KeyValueStore;
  readonly log: Logger;
}

/** Keeps the registration. Calls are handled one after the other. */
export class Registrar implements RegistrationApi {
  readonly #options: RegistrarOptions;
  readonly #listeners = new Set<RegistrationListener>();
  #current: ContainerRegistration | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  /** Registrations that succeeded in this life. */
  registrations = 0;
  /** Registrations that failed in this life. */
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

  /** Takes up the registration of an earlier life. State that cannot be read is told and forgotten. */
  async restore(): Promise<void> {
    const { state, log } = this.#options;
    try {
      const entry = await state.get(stateKey);
      if (entry) this.#current = codec.decode(entry.value);
    } catch (error) {
      log.warn(`Cannot restore the registration, waiting for a new one: ${describeError(error)}`);
    }
  }

  /**
   * Registers.
   *
   * @throws {AgentError} `value_invalid` when an override is out of range; whatever a listener throws.
   */
  register(request: RegistrationRequest): Promise<void> {
    const registered = this.#queue.then(() => this.#register(request));
    this.#queue = registered.catch(() => "told to whoever registered");
    return registered;
  }

  async #register({ containerName, containerId, overrides }: RegistrationRequest): Promise<void> {
    const { settings, log } = this.#options;
    const before = this.#current;
    const registration = Object.freeze({ containerName, containerId });
    try {
      await this.#override(overrides);
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

  /** A mounted document is the operator's last word; any other one the application may override. */
  async #override(overrides: RegistrationRequest["overrides"]): Promise<void> {
    const { settings, log } = this.#options;
    if ((overrides.lmaas ?? overrides.app_settings ?? null) === null) return;
    if (settings.source === "mounted") {
      log.debug("Overrides of the registration ignored: cim.json is mounted");
      return;
    }
    await settings.apply(mergeOverrides(settings.current, overrides));
  }

  /** A state that cannot be kept is no reason to turn the application away. */
  async #save(registration: ContainerRegistration): Promise<void> {
    const { state, log } = this.#options;
    try {
      await state.put(stateKey, codec.encode(registration));
    } catch (error) {
      if (!(error instanceof AgentError)) throw error;
      log.error(`Registration is lost on a restart: ${describeError(error)}`);
    }
  }
}
