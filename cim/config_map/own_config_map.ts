import {
  backoff,
  type Clock,
  describeError,
  hasCode,
  type Logger,
  type Token,
  token,
} from "../../core/mod.ts";
import type { ConfigMap, KubernetesApi } from "../../plugins/kubernetes/mod.ts";
import type { Identity, LiveIdentity, Tmaas } from "../identity/mod.ts";
import { checkSettings, type CimSettingsApi } from "../settings/mod.ts";
import { configMapContent, configMapNames, settingsKey } from "./content.ts";

/**
 * What is known of the ConfigMap: `unused` when the agent needs none, `unknown` until the API has answered, `absent`, or
 * `present`.
 */
export type OwnConfigMapState = "unused" | "unknown" | "absent" | "present";

/** The ConfigMap that the agent owns. */
export interface OwnConfigMapApi {
  /** What is known of it. */
  readonly state: OwnConfigMapState;
  /** Its revision when it was read or created; empty while it is not present or has none. */
  readonly revision: string;
  /** Calls the listener after each change of state. It must not throw. Disposing of the result ends that. */
  onChange(listener: () => void): Disposable;
  /**
   * To be called with each registration. Overrides of the settings take effect only while the ConfigMap is not
   * present; then it is created with them. Waits a few seconds for the API; what is left is done in the background.
   *
   * @param override Applies the overrides. Its error is thrown as it is, and nothing is created.
   */
  register(override: () => Promise<void>): Promise<void>;
}

/** Key of {@linkcode OwnConfigMapApi}. */
export const ownConfigMapToken: Token<OwnConfigMapApi> = token("own_config_map", {
  providedBy: "ownConfigMap()",
});

/** Options of {@linkcode OwnConfigMap}. */
export interface OwnConfigMapOptions {
  readonly api: KubernetesApi;
  readonly identity: LiveIdentity;
  readonly settings: CimSettingsApi;
  /** Reads the YANG module before its substitution. */
  readonly readYang: () => string;
  /** Stores the created content beside the agent, for tools that look there. It must not throw. */
  readonly saveFiles: (content: ConfigMap) => void;
  /** Called with what is wrong; undefined when all is well. */
  readonly onProblem: (problem: string | undefined) => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
}

/** Outcome of an attempt: whether the ConfigMap is present, and what is wrong. */
interface Step {
  readonly isDone: boolean;
  readonly problem: string | undefined;
}

/** Longest time that a registration waits for the API, in milliseconds. */
const patienceMs = 3_000;

/** Looks the ConfigMap up, takes its settings, or creates it when the application has registered. */
export class OwnConfigMap implements OwnConfigMapApi {
  readonly #options: OwnConfigMapOptions;
  readonly #listeners = new Set<() => void>();
  #state: OwnConfigMapState = "unknown";
  #revision = "";
  #isWanted = false;
  /** Whether the last attempt did not bring the ConfigMap. */
  #isStuck = false;
  readonly #waiting = new Set<() => void>();
  /** Ends the current pause of the background task. */
  #wake = new AbortController();

  /** Does nothing until {@linkcode run}. */
  constructor(options: OwnConfigMapOptions) {
    this.#options = options;
  }

  get state(): OwnConfigMapState {
    return this.#state;
  }

  get revision(): string {
    return this.#revision;
  }

  onChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  async register(override: () => Promise<void>): Promise<void> {
    const { log } = this.#options;
    await this.#attempted(() => this.#state !== "unknown");
    if (this.#state === "present") {
      log.debug("Ignored the overrides of the registration: the ConfigMap has the settings");
      return;
    }
    await override();
    this.#isWanted = true;
    this.#isStuck = false;
    this.#wake.abort();
    await this.#attempted(() => this.#state === "present");
  }

  /** Works until the ConfigMap is present or the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { identity, clock, random, onProblem } = this.#options;
    using _listener = identity.onChange(() => this.#wake.abort());
    const delays = backoff({ min: "1s", max: "1m", random });
    while (!signal.aborted) {
      this.#wake = new AbortController();
      let pauseMs = Infinity;
      try {
        const { isDone, problem } = await this.#step(signal);
        onProblem(problem);
        this.#isStuck = problem !== undefined && !isDone;
        if (isDone) return;
      } catch (error) {
        if (signal.aborted) return;
        onProblem(describeError(error));
        this.#isStuck = true;
        pauseMs = delays.next();
      }
      this.#notify();
      await this.#pause(clock, pauseMs, signal);
    }
  }

  /** One attempt with what is known now. */
  async #step(signal: AbortSignal): Promise<Step> {
    const { api, identity } = this.#options;
    const { current } = identity;
    if (current.microservice === "" || current.namespace === "") {
      return { isDone: false, problem: "namespace and microservice are not known" };
    }
    const found = await this.#find(current, signal);
    if (found) {
      const problem = await this.#load(found);
      this.#set("present", found.data.revision ?? "");
      return { isDone: true, problem };
    }
    this.#set("absent", "");
    if (!this.#isWanted) return { isDone: false, problem: undefined };
    const { tmaas } = current;
    if (!tmaas) {
      const problem = "no ConfigMap is created: the annotation xgvela.com/tmaas is not known";
      return { isDone: false, problem };
    }
    const content = await this.#content({ ...current, tmaas }, signal);
    try {
      await api.createConfigMap(content, { signal });
    } catch (error) {
      if (!hasCode(error, "kubernetes_conflict")) throw error;
      // Another pod was first: its settings count.
      return await this.#step(signal);
    }
    this.#options.saveFiles(content);
    this.#set("present", content.data.revision);
    return { isDone: true, problem: nameProblem(current) };
  }

  async #find(identity: Identity, signal: AbortSignal): Promise<ConfigMap | undefined> {
    for (const name of configMapNames(identity)) {
      const found = await this.#options.api.configMap(identity.namespace, name, { signal });
      if (found) return found;
    }
  }

  /** Takes over its settings; invalid members are replaced by defaults. Returns what is wrong with it. */
  async #load({ name, data }: ConfigMap): Promise<string | undefined> {
    const { settings, log, identity } = this.#options;
    try {
      const checked = checkSettings(JSON.parse(data[settingsKey] ?? ""));
      await settings.apply(checked.settings, { source: "config_map" });
      log.info("Settings of the ConfigMap applied", { name, revision: data.revision });
      const problems = checked.problems.map(({ path, message }) =>
        `configmap ${name}: ${path}: ${message}`
      );
      const other = nameProblem(identity.current);
      return [...problems, ...other ? [other] : []].join("; ") || undefined;
    } catch (error) {
      return `configmap ${name}: ${settingsKey} cannot be used: ${describeError(error)}`;
    }
  }

  async #content(
    identity: Identity & { readonly tmaas: Tmaas },
    signal: AbortSignal,
  ): Promise<ConfigMap> {
    const { api, settings, readYang, log } = this.#options;
    const { namespace, podName } = identity;
    let owner;
    try {
      const pod = await api.pod(namespace, podName, { signal });
      owner = pod && await api.controllerOf(pod, { signal });
    } catch (error) {
      signal.throwIfAborted();
      log.info("The ConfigMap is created without an owner: the pod cannot be read", { error });
    }
    return configMapContent({ identity, settings: settings.current, yang: readYang(), owner });
  }

  #set(state: OwnConfigMapState, revision: string): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#revision = revision;
    for (const listener of [...this.#listeners]) listener();
    this.#notify();
  }

  #notify(): void {
    for (const check of [...this.#waiting]) check();
  }

  /** Waits until this is so or an attempt has failed, for at most the time that a registration may take for it. */
  async #attempted(isSo: () => boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const check = () => {
      if (isSo() || this.#isStuck) resolve();
    };
    using _limit = this.#options.clock.timer(patienceMs, resolve);
    this.#waiting.add(check);
    check();
    await promise;
    this.#waiting.delete(check);
  }

  async #pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
    const woken = this.#wake.signal;
    const { promise, resolve } = Promise.withResolvers<void>();
    const ending = AbortSignal.any([woken, signal]);
    if (ending.aborted) return;
    ending.addEventListener("abort", () => resolve(), { once: true });
    using _limit = Number.isFinite(delayMs) ? clock.timer(delayMs, resolve) : undefined;
    await promise;
  }
}

/** The names that this agent and the configuration service use must agree. */
function nameProblem({ tmaas, microservice }: Identity): string | undefined {
  const { nfServiceType = "" } = tmaas ?? {};
  if (nfServiceType === "" || nfServiceType === microservice) return undefined;
  return `the configuration service looks for the ConfigMap by the service ${microservice}, but it is named by ` +
    `nfServiceType ${nfServiceType} of the annotation xgvela.com/tmaas; make them equal`;
}
