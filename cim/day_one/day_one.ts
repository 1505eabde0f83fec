/**
 * Configuration for an application that starts without any: it says so with the event `NotConfigured` and is
 * given the newest document below `config/<ns>/<ms>`, now or as soon as there is one, once per start of the
 * application. `Configured` ends it; a registration begins anew. The bytes are forwarded as they are.
 *
 * @module
 */
import { dayOneErrors } from "./errors.ts";
import { AgentError, backoff, type Clock, type Logger } from "../../core/mod.ts";
import type { AppClient, AppOutcome } from "../app_client/mod.ts";
import { parseRevision, type Scope } from "../config_push/change_set_key.ts";
import { isWorthRetrying } from "../config_push/push_machine.ts";

/** Where the configuration of the first day stands. */
export type DayOneState = "idle" | "asked" | "delivering" | "delivered" | "failed" | "configured";

/** Options of {@linkcode DayOne}. */
export interface DayOneOptions {
  readonly scope: Pick<Scope, "namespace" | "microservice">;
  readonly app: AppClient;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** How long delivery is tried, in milliseconds. */
  readonly limitMs: number;
  /** Starts a background task. */
  readonly run: (name: string, task: (signal: AbortSignal) => Promise<void>) => void;
  /** Told why the application could not be configured; empty when that is over. */
  readonly onTrouble: (trouble: string) => void;
}

/** Documents kept; the configuration service removes old ones, so there is one as a rule. */
const maxDocuments = 16;

/** Prefix to be watched; keys of services whose name begins alike are below it, too, and are left out. */
export function dayOnePrefix({ namespace, microservice }: DayOneOptions["scope"]): string {
  return `config/${namespace}/${microservice}`;
}

/** Gives an application its first configuration. */
export class DayOne {
  readonly #options: DayOneOptions;
  /** Documents by revision; -1 stands for the key without one. */
  readonly #documents = new Map<number, Uint8Array>();
  #state: DayOneState = "idle";
  #delivery = 0;

  constructor(options: DayOneOptions) {
    this.#options = options;
  }

  /** Where it stands. */
  get state(): DayOneState {
    return this.#state;
  }

  /** Highest revision of a document; undefined when none has one. */
  get revision(): number | undefined {
    const newest = Math.max(-1, ...this.#documents.keys());
    return newest < 0 ? undefined : newest;
  }

  /** Takes a document; keys that are none of this service's are left out. */
  put(key: string, value: Uint8Array): void {
    const revision = this.#revisionOf(key);
    if (revision === undefined) return;
    this.#documents.set(revision, value);
    if (this.#documents.size > maxDocuments) this.#documents.delete(this.#oldest());
    if (this.#state === "asked") this.#deliver();
  }

  /** Forgets a document. */
  delete(key: string): void {
    const revision = this.#revisionOf(key);
    if (revision !== undefined) this.#documents.delete(revision);
  }

  /** The application has no configuration. */
  onNotConfigured(): void {
    if (this.#state !== "idle") return;
    this.#state = "asked";
    this.#deliver();
  }

  /** The application has its configuration. */
  onConfigured(): void {
    if (this.#state === "failed") this.#options.onTrouble("");
    this.#state = "configured";
    this.#delivery++;
  }

  /** The application has registered. A question that was not answered yet stays. */
  onRegister(): void {
    if (this.#state === "asked" || this.#state === "delivering") return;
    if (this.#state === "failed") this.#options.onTrouble("");
    this.#state = "idle";
  }

  /** `config/<ns>/<ms>` is revision -1, `config/<ns>/<ms>/<rev>` its revision. */
  #revisionOf(key: string): number | undefined {
    const prefix = dayOnePrefix(this.#options.scope);
    if (key === prefix) return -1;
    if (!key.startsWith(`${prefix}/`)) return undefined;
    return parseRevision(key.slice(prefix.length + 1));
  }

  #deliver(): void {
    if (this.#documents.size === 0) return;
    this.#state = "delivering";
    const delivery = ++this.#delivery;
    this.#options.run("load config", (signal) => this.#try(delivery, signal));
  }

  /** Tries until the application has it, has become configured another way, or the time is up. */
  async #try(delivery: number, signal: AbortSignal): Promise<void> {
    const { app, clock, random, log, limitMs } = this.#options;
    const delays = backoff({ min: 250, max: 10_000, random });
    const end = clock.monotonic() + limitMs;
    while (delivery === this.#delivery) {
      const document = this.#newest();
      if (!document) {
        this.#state = "asked";
        return;
      }
      const outcome = await app.post("/api/v1/_operations/loadConfig", document, { signal });
      if (delivery !== this.#delivery) return;
      if (outcome.kind === "answered" && outcome.status < 400) {
        this.#state = "delivered";
        log.info("First configuration delivered");
        return;
      }
      const reason = describeOutcome(outcome);
      const isFinal = outcome.kind === "answered" && !isWorthRetrying(outcome.status);
      const delayMs = delays.next();
      if (isFinal || clock.monotonic() + delayMs > end) return this.#fail(reason);
      log.warn("First configuration not delivered, trying again", { reason });
      await clock.sleep(delayMs, { signal });
    }
  }

  #oldest(): number {
    return Math.min(...[...this.#documents.keys()].filter((revision) => revision >= 0));
  }

  /** The document of the highest revision; the one without a revision only if there is no other. */
  #newest(): Uint8Array | undefined {
    return this.#documents.get(Math.max(-1, ...this.#documents.keys()));
  }

  #fail(reason: string): void {
    const { log, onTrouble } = this.#options;
    this.#state = "failed";
    const error = new AgentError(
      dayOneErrors.app_not_configured,
      `Cannot load the first configuration: ${reason}; the next registration tries again`,
    );
    log.error(error.message);
    onTrouble(error.message);
  }
}

function describeOutcome(outcome: AppOutcome): string {
  return outcome.kind === "answered"
    ? `the application answered ${outcome.status}`
    : outcome.reason;
}
