/**
 * Delivery of the first configuration. The application reports with the event `NotConfigured` that it has none
 * and gets the newest document, at once or as soon as there is one, once per start of the application. The event
 * `Configured` ends delivery; a registration starts over.
 *
 * @module
 */
import { AgentError, backoff, type Clock, type Logger, type SyncEvent } from "../../core/mod.ts";
import { type AppClient, describeOutcome, isRetryableStatus } from "../app_client/mod.ts";
import type { OwnEvent } from "../events/mod.ts";
import { parseDayOneKey, type Scope, unversioned } from "../config_keys/mod.ts";
import { dayOneErrors } from "./errors.ts";

/** Phase of the delivery. `asked`: the application asked, but there is no document yet. */
export type DayOneState = "idle" | "asked" | "delivering" | "delivered" | "failed" | "configured";

/** Options of {@linkcode DayOne}. */
export interface DayOneOptions {
  readonly scope: Pick<Scope, "namespace" | "microservice">;
  readonly app: AppClient;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** How long one delivery is retried, in milliseconds. */
  readonly timeoutMs: number;
  /** Starts a background task. */
  readonly run: (name: string, task: (signal: AbortSignal) => Promise<void>) => void;
  /** Called with the reason when delivery fails, and with undefined when that is over. Must not throw. */
  readonly onTrouble: (reason: string | undefined) => void;
  /** Takes an event of the agent; returns at once and must not throw. */
  readonly raise: (event: OwnEvent) => void;
}

/** Most documents kept. The configuration service removes old ones, so there is usually one. */
const maxDocuments = 16;

/** Delivers the first configuration. */
export class DayOne {
  readonly #options: DayOneOptions;
  /** Documents by revision; {@linkcode unversioned} for the key without one. */
  readonly #documents = new Map<number, Uint8Array>();
  #state: DayOneState = "idle";
  #delivery = 0;

  constructor(options: DayOneOptions) {
    this.#options = options;
  }

  /** Phase of the delivery. */
  get state(): DayOneState {
    return this.#state;
  }

  /** Highest revision of a document; undefined when no document has one. */
  get revision(): number | undefined {
    const newest = Math.max(unversioned, ...this.#documents.keys());
    return newest === unversioned ? undefined : newest;
  }

  /** Takes a snapshot or changes of the watched prefix. */
  sync(event: SyncEvent): void {
    if (event.type === "snapshot") {
      for (const { key, value } of event.entries) this.put(key, value);
      return;
    }
    for (const change of event.changes) {
      if (change.type === "put") this.put(change.entry.key, change.entry.value);
      else this.delete(change.key);
    }
  }

  /** Adds or replaces a document. Keys of other services are ignored. */
  put(key: string, value: Uint8Array): void {
    const revision = parseDayOneKey(key, this.#options.scope);
    if (revision === undefined) return;
    this.#documents.set(revision, value);
    if (this.#documents.size > maxDocuments) this.#documents.delete(this.#oldest());
    if (this.#state === "asked") this.#deliver();
  }

  /** Removes a document. */
  delete(key: string): void {
    const revision = parseDayOneKey(key, this.#options.scope);
    if (revision !== undefined) this.#documents.delete(revision);
  }

  /** Handles the event `NotConfigured`. */
  onNotConfigured(): void {
    if (this.#state !== "idle") return;
    this.#state = "asked";
    this.#deliver();
  }

  /** Handles the event `Configured`. */
  onConfigured(): void {
    if (this.#state === "failed") this.#options.onTrouble(undefined);
    this.#state = "configured";
    this.#delivery++;
  }

  /** Handles a registration. A request that is still unanswered stays open. */
  onRegister(): void {
    if (this.#state === "asked" || this.#state === "delivering") return;
    if (this.#state === "failed") this.#options.onTrouble(undefined);
    this.#state = "idle";
  }

  #deliver(): void {
    if (this.#documents.size === 0) return;
    this.#state = "delivering";
    const delivery = ++this.#delivery;
    this.#options.run("load config", (signal) => this.#try(delivery, signal));
  }

  /** Retries until the document is delivered, the application is configured otherwise, or time runs out. */
  async #try(delivery: number, signal: AbortSignal): Promise<void> {
    const { app, clock, random, log, timeoutMs } = this.#options;
    const delays = backoff({ min: 250, max: 10_000, random });
    const end = clock.monotonic() + timeoutMs;
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
      const isFinal = outcome.kind === "answered" && !isRetryableStatus(outcome.status);
      const delayMs = delays.next();
      if (isFinal || clock.monotonic() + delayMs > end) return this.#fail(reason, document);
      log.warn("First configuration not delivered; retrying", { reason });
      await clock.sleep(delayMs, { signal });
    }
  }

  #oldest(): number {
    return Math.min(...[...this.#documents.keys()].filter((revision) => revision !== unversioned));
  }

  /** The document with the highest revision; the one without a revision only if there is no other. */
  #newest(): Uint8Array | undefined {
    return this.#documents.get(Math.max(unversioned, ...this.#documents.keys()));
  }

  #fail(reason: string, document: Uint8Array): void {
    const { log, onTrouble, raise } = this.#options;
    this.#state = "failed";
    const error = new AgentError(
      dayOneErrors.app_not_configured,
      `Cannot deliver the first configuration: ${reason}; the next registration of the application retries`,
    );
    log.error("First configuration not delivered", { error });
    onTrouble(error.message);
    raise({
      name: "LoadConfigRequestFailure",
      managedObject: [["Load_Config_Request", "FAIL"]],
      additionalInfo: [
        ["Error", "Config load failed"],
        ["Action", isJson(document) ? "Load Changes Manually" : "Load config failed"],
      ],
    });
  }
}

function isJson(document: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder().decode(document));
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
