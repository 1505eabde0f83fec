/**
 * All parts of configuration handling put together, independent of the plugin, so that they can be used
 * and tested with any store, application and clock.
 *
 * @module
 */
import {
  type Clock,
  type KeyValueStore,
  listAndWatch,
  type Logger,
  type MetricFamily,
  type SyncEvent,
  type SyncState,
} from "../../core/mod.ts";
import type { AppClient } from "../app_client/mod.ts";
import type { ContainerRegistration } from "../registration/mod.ts";
import type { CimSettingsApi } from "../settings/mod.ts";
import type { ChangeRecord } from "./change_record.ts";
import { changeSetPrefix, parseRevision, type Scope } from "./change_set_key.ts";
import type { Baselines } from "./commit_ledger.ts";
import { CommitWriter } from "./commit_writer.ts";
import { ConfigStats } from "./config_stats.ts";
import { ChangeSets } from "./change_sets.ts";
import { DayOne, dayOnePrefix } from "../day_one/day_one.ts";
import { ChangeHistory } from "./history.ts";
import { applySelfConfig } from "./self_config.ts";
import { Settlement } from "./settlement.ts";

/** Bounds of configuration handling. */
export interface ConfigBounds {
  /** How long a change-set without a lease may take, in milliseconds. Default 180,000. */
  readonly replyTimeoutMs?: number;
  /** How long before the end of a lease the last decision is made. Default 5,000. */
  readonly leaseMarginMs?: number;
  /** How long a reply to a request of a killed agent is waited for. Default 10,000. */
  readonly resumeDelayMs?: number;
  /** How long the first configuration is offered. Default 600,000. */
  readonly dayOneTimeoutMs?: number;
  /** Change-sets without a verdict at most. Default 1,000. */
  readonly maxPending?: number;
  /** Change-sets remembered. Default 256. */
  readonly history?: number;
}

/** What a {@linkcode ConfigPush} works with. */
export interface ConfigPushOptions extends ConfigBounds {
  /** Whose change-sets are taken. */
  readonly scope: Scope;
  /** Revisions that the container started with. */
  readonly baselines: Baselines;
  /** Store of the configuration service. */
  readonly store: KeyValueStore;
  /** The agent's own store. */
  readonly state: KeyValueStore;
  /** The application. */
  readonly app: AppClient;
  /** The agent's own settings. */
  readonly settings: Pick<CimSettingsApi, "current" | "apply">;
  /** Who registered in an earlier life, if anybody did. */
  readonly registered: ContainerRegistration | undefined;
  /** Source of time. */
  readonly clock: Clock;
  /** Source of jitter. */
  readonly random: () => number;
  /** Where it is told what happens. */
  readonly log: Logger;
  /** Aborts when stopping begins: no change-set is sent from then on. Default: never. */
  readonly stopping?: AbortSignal;
  /** Starts a background task that ends when its signal aborts. */
  readonly run: (name: string, task: (signal: AbortSignal) => Promise<void>) => void;
  /** Told how far the store can be trusted. */
  readonly onSync?: (state: SyncState) => void;
  /** Told of each change of a record. */
  readonly onChange?: (record: ChangeRecord) => void;
  /** Told why the application could not be given its first configuration; empty when that is over. */
  readonly onDayOne?: (trouble: string) => void;
}

/** Configuration handling of one service. */
export class ConfigPush {
  /** Change-sets and replies. */
  readonly changeSets: ChangeSets;
  /** Verdicts and commits. */
  readonly settlement: Settlement;
  /** The first configuration. */
  readonly dayOne: DayOne;
  /** What is counted. */
  readonly stats: ConfigStats = new ConfigStats();
  readonly #options: ConfigPushOptions;
  #registered: ContainerRegistration | undefined;
  #hasBegun = false;
  #room = new AbortController();

  /** Puts the parts together; nothing runs and nothing is read yet. */
  constructor(options: ConfigPushOptions) {
    this.#options = options;
    this.#registered = options.registered;
    this.dayOne = this.#createDayOne();
    const state = ownState(options.state, options.scope);
    const { log, history: capacity = 256, onChange } = options;
    const history = new ChangeHistory({ state, log, capacity, onChange });
    this.settlement = this.#createSettlement(history, state);
    this.changeSets = this.#createChangeSets(history);
  }

  /** The metric families. */
  families(): MetricFamily[] {
    return this.stats.families(
      this.#options.scope.podName,
      () => this.changeSets.pending,
      () => this.settlement.stateFailures,
    );
  }

  /** Takes up what an earlier life of the agent knew. */
  async restore(): Promise<void> {
    await this.settlement.restore();
  }

  /** Resolves when nothing is left to be written, or the signal aborts. */
  async flush(signal: AbortSignal): Promise<void> {
    await this.settlement.flush(signal);
  }

  /** Starts following the store and working on what it brings. */
  start(): void {
    const { run } = this.#options;
    run("queues", (signal) => this.changeSets.run(signal));
    run("change-sets", (signal) => this.#followChangeSets(signal));
    run("day one", (signal) => this.#followDayOne(signal));
  }

  /** Takes a registration of the application. */
  register(registration: ContainerRegistration): void {
    const before = this.#registered;
    this.#registered = registration;
    this.dayOne.onRegister();
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      this.settlement.commitBaselines(this.#startRevisions());
    }
    const { containerId } = registration;
    const isSame = containerId !== "" && containerId !== "null" &&
      containerId === before?.containerId;
    this.changeSets.registered({ isNewStart: !isSame });
  }

  /** Lists and watches; begins anew when change-sets had been put off and there is room again. */
  async #followChangeSets(signal: AbortSignal): Promise<void> {
    const { store, scope, clock, log, onSync } = this.#options;
    let resyncs = 0;
    while (!signal.aborted) {
      this.#room = new AbortController();
      const events = listAndWatch(store, changeSetPrefix(scope), {
        clock,
        log,
        signal: AbortSignal.any([signal, this.#room.signal]),
        onState: (state) => {
          this.stats.resyncs += Math.max(0, state.resyncs - resyncs);
          resyncs = state.resyncs;
          onSync?.(state);
        },
      });
      for await (const event of events) this.changeSets.sync(event);
    }
  }

  async #followDayOne(signal: AbortSignal): Promise<void> {
    const { store, scope, clock, log } = this.#options;
    const events = listAndWatch(store, dayOnePrefix(scope), { clock, log, signal });
    for await (const event of events) this.#takeDocuments(event);
  }

  #takeDocuments(event: SyncEvent): void {
    if (event.type === "snapshot") {
      for (const { key, value } of event.entries) this.dayOne.put(key, value);
      return;
    }
    for (const change of event.changes) {
      if (change.type === "put") this.dayOne.put(change.entry.key, change.entry.value);
      else this.dayOne.delete(change.key);
    }
  }

  /** The revision of a first configuration raises that of the network function. */
  #startRevisions(): Baselines {
    const { baselines } = this.#options;
    const { revision } = this.dayOne;
    const nf = parseRevision(baselines.nf) ?? -1;
    return { ...baselines, nf: (revision ?? -1) > nf ? String(revision) : baselines.nf };
  }

  #createDayOne(): DayOne {
    const { scope, app, clock, random, log, run, onDayOne } = this.#options;
    const { dayOneTimeoutMs = 600_000 } = this.#options;
    return new DayOne({
      scope,
      app,
      clock,
      random,
      log,
      run,
      limitMs: dayOneTimeoutMs,
      onTrouble: (trouble) => onDayOne?.(trouble),
    });
  }

  #createSettlement(history: ChangeHistory, state: KeyValueStore): Settlement {
    const { scope, baselines, store, clock, random, log, run } = this.#options;
    const { stats } = this;
    const onFailure = () => stats.commitFailures++;
    const writer = new CommitWriter({ store, clock, random, log, run, onFailure });
    return new Settlement({ scope, baselines, history, writer, stats, state, clock, log });
  }

  #createChangeSets(history: ChangeHistory): ChangeSets {
    const { scope, store, app, settings, clock, random, log, stopping } = this.#options;
    const { replyTimeoutMs = 180_000, leaseMarginMs = 5_000, resumeDelayMs = 10_000 } =
      this.#options;
    const { maxPending = 1_000 } = this.#options;
    return new ChangeSets({
      scope,
      settlement: this.settlement,
      maxPending,
      isAppReady: () => this.#registered !== undefined && !stopping?.aborted,
      applyOwn: (change, patch) => applySelfConfig(change, patch, settings),
      onRoom: () => this.#room.abort(),
      push: {
        app,
        clock,
        random,
        log,
        history,
        stats: this.stats,
        replyTimeoutMs,
        leaseMarginMs,
        resumeDelayMs,
        remainingTtlMs: (key, signal) => store.remainingTtlMs(key, { signal }),
      },
    });
  }
}

/** The part of the agent's own store that belongs to this service and pod. */
function ownState(state: KeyValueStore, scope: Scope): KeyValueStore {
  const { namespace, microservice, version, podName } = scope;
  return state.withPrefix(`config_watch/${namespace}/${microservice}/${version}/${podName}/`);
}
