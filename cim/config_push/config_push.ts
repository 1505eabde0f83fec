/**
 * Assembles the parts of configuration push. Independent of the plugin, so that it can be used and tested with
 * any store, application and clock.
 *
 * @module
 */
import {
  type Clock,
  type KeyValueStore,
  listAndWatch,
  type Logger,
  type MetricFamily,
  type SyncState,
} from "../../core/mod.ts";
import type { AppClient } from "../app_client/mod.ts";
import {
  type ChangeSetKey,
  changeSetPrefix,
  type CommitTarget,
  ownDataKey,
  parseRevision,
  type Scope,
} from "../config_keys/mod.ts";
import type { OwnConfigMapApi } from "../config_map/mod.ts";
import type { DayOneApi } from "../day_one/mod.ts";
import type { ContainerRegistration } from "../registration/mod.ts";
import type { CimSettingsApi } from "../settings/mod.ts";
import type { ChangeRecord } from "./change_record.ts";
import { ChangeSets } from "./change_sets.ts";
import type { Baselines } from "./commit_ledger.ts";
import { CommitWriter } from "./commit_writer.ts";
import { ConfigStats } from "./config_stats.ts";
import { ChangeHistory } from "./history.ts";
import { KeptPatches } from "./kept_patches.ts";
import type { Lease } from "./lease.ts";
import type { PushConditions } from "./push_status.ts";
import { applySelfConfig } from "./self_config.ts";
import { Settlement } from "./settlement.ts";
import type { RaiseEvent } from "./verdict_events.ts";

/** Limits of configuration push. Times are in milliseconds. */
export interface ConfigBounds {
  /** Time limit of a change-set without a lease. Default 180,000. */
  readonly replyTimeoutMs?: number;
  /** Time before the end of a lease at which an undelivered change-set fails. Default 5,000. */
  readonly leaseMarginMs?: number;
  /** Time to wait for the reply to a request that may have arrived. Default 10,000. */
  readonly resumeDelayMs?: number;
  /** Most change-sets without a verdict. Default 1,000. */
  readonly maxPending?: number;
  /** Maximum bytes of their patches. Default 64 MiB. */
  readonly maxPendingMemoryBytes?: number;
  /** Most change-sets remembered. Default 256. */
  readonly history?: number;
}

/** Options of {@linkcode ConfigPush}. */
export interface ConfigPushOptions extends ConfigBounds {
  /** Names that select the change-sets. */
  readonly scope: Scope;
  /** Revisions at container start. */
  readonly baselines: Baselines;
  /** Store of the configuration service. */
  readonly store: KeyValueStore;
  /** The agent's own store. */
  readonly state: KeyValueStore;
  /** The application. */
  readonly app: AppClient;
  /** The agent's own settings. */
  readonly settings: Pick<CimSettingsApi, "current" | "apply">;
  /** The ConfigMap that the agent owns. Default: there is none. */
  readonly ownConfigMap?: Pick<OwnConfigMapApi, "state" | "revision">;
  /** The first configuration; its revision raises the start revision of level `nf`. */
  readonly dayOne: DayOneApi;
  /** Registration restored from a previous run; undefined when there is none. */
  readonly registered: ContainerRegistration | undefined;
  /** Clock to use. */
  readonly clock: Clock;
  /** Returns numbers in [0, 1), for jitter. */
  readonly random: () => number;
  /** Logger. */
  readonly log: Logger;
  /** Aborts when stopping begins: nothing is sent to the application after that. Default: never. */
  readonly stopping?: AbortSignal;
  /** Starts a background task that ends when its signal aborts. */
  readonly run: (name: string, task: (signal: AbortSignal) => Promise<void>) => void;
  /** Called when the state of the watch on the store changes. Must not throw. */
  readonly onSync?: (state: SyncState) => void;
  /** Called with each new or changed record. Must not throw. */
  readonly onChange?: (record: ChangeRecord) => void;
  /** Takes events of the agent; returns at once and must not throw. Default: none are raised. */
  readonly raise?: RaiseEvent;
  /** Called when {@linkcode ConfigPush.conditions} may have changed. Must not throw. */
  readonly onConditions?: () => void;
}

/** Configuration push for one service. */
export class ConfigPush {
  /** Change-sets and replies. */
  readonly changeSets: ChangeSets;
  /** Verdicts and commits. */
  readonly settlement: Settlement;
  /** Counters. */
  readonly stats: ConfigStats = new ConfigStats();
  readonly #options: ConfigPushOptions;
  readonly #writer: CommitWriter;
  readonly #patches: KeptPatches;
  #registered: ContainerRegistration | undefined;
  #hasCommittedStart = false;
  #hasCommittedOwn = false;
  #room = new AbortController();

  /** Assembles the parts; starts and reads nothing. */
  constructor(options: ConfigPushOptions) {
    this.#options = options;
    this.#registered = options.registered;
    const state = ownState(options.state, options.scope);
    const { log, history: capacity = 256, onChange, onConditions } = options;
    this.#patches = new KeptPatches({ state, log });
    const history = new ChangeHistory({
      state,
      log,
      capacity,
      onForget: (key) => this.#patches.forget(key),
      onChange(record) {
        onChange?.(record);
        onConditions?.();
      },
    });
    this.#writer = this.#createWriter();
    this.settlement = this.#createSettlement(history, state);
    this.changeSets = this.#createChangeSets(history);
  }

  /** The metric families. */
  families(): MetricFamily[] {
    return this.stats.families(
      this.#options.scope.podName,
      this.changeSets,
      () => this.settlement.stateFailures + this.#patches.failures,
    );
  }

  /** Restores the state of a previous run. */
  async restore(): Promise<void> {
    await this.settlement.restore();
    await this.#patches.restore(this.changeSets.list().reverse().map(({ key }) => key));
  }

  /** Resolves when everything is written or the signal aborts. */
  async flush(signal: AbortSignal): Promise<void> {
    await this.settlement.flush(signal);
  }

  /** Starts following the store and processing change-sets. */
  start(): void {
    const { run } = this.#options;
    run("queues", (signal) => this.changeSets.run(signal));
    run("change-sets", (signal) => this.#followChangeSets(signal));
  }

  /** Handles a registration of the application. The first one commits the revisions at container start. */
  register(registration: ContainerRegistration): void {
    const before = this.#registered;
    this.#registered = registration;
    if (!this.#hasCommittedStart) {
      this.#hasCommittedStart = true;
      this.settlement.commitBaselines(this.#startRevisions());
    }
    this.ownConfigMapChanged();
    const { containerId } = registration;
    const isSame = containerId !== "" && containerId !== "null" &&
      containerId === before?.containerId;
    this.changeSets.registered({ isNewStart: !isSame });
    this.#options.onConditions?.();
  }

  /** To be called when the ConfigMap that the agent owns became present: commits its revision. */
  ownConfigMapChanged(): void {
    const { ownConfigMap } = this.#options;
    if (ownConfigMap?.state !== "present" || this.#hasCommittedOwn) return;
    if (!this.#hasCommittedStart) return;
    this.#hasCommittedOwn = true;
    this.settlement.commitOwn(ownConfigMap.revision);
  }

  /** What the plugin's status depends on. */
  conditions(): PushConditions {
    return {
      ...this.changeSets.progress(),
      uncommitted: this.#writer.pending,
      isCommitFailing: this.#writer.isFailing,
    };
  }

  /** Lists and watches; lists again when there is room for deferred change-sets. */
  async #followChangeSets(signal: AbortSignal): Promise<void> {
    const { store, scope, clock, log, onSync } = this.#options;
    let resyncs = 0;
    while (!signal.aborted) {
      this.#room = new AbortController();
      const events = listAndWatch(store, changeSetPrefix(scope), {
        keepValues: false,
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

  /** The revision of a first configuration raises that of level `nf`. */
  #startRevisions(): Baselines {
    const { baselines, dayOne: { revision = -1 } } = this.#options;
    const nf = parseRevision(baselines.nf) ?? -1;
    return { ...baselines, nf: revision > nf ? String(revision) : baselines.nf };
  }

  #createWriter(): CommitWriter {
    const { store, clock, random, log, run, onConditions } = this.#options;
    const onFailure = () => {
      this.stats.commitFailures++;
      onConditions?.();
    };
    return new CommitWriter({ store, clock, random, log, run, onFailure });
  }

  #createSettlement(history: ChangeHistory, state: KeyValueStore): Settlement {
    const { scope, baselines, raise = () => {}, clock, log } = this.#options;
    const { stats } = this;
    const writer = this.#writer;
    return new Settlement({
      ...{ scope, baselines, history, writer, stats, state, raise, clock, log },
      targetOf: (change) => this.#targetOf(change),
    });
  }

  /**
   * Change-sets of the agent's own file belong to the ConfigMap that it owns, unless there is none. Before the API has
   * answered there must be one: only then does the configuration service write such a change-set.
   */
  #targetOf({ level, dataKey }: ChangeSetKey): CommitTarget {
    const { state = "unused" } = this.#options.ownConfigMap ?? {};
    const isOwned = state === "present" || state === "unknown";
    return isOwned && dataKey === ownDataKey ? "cim" : level;
  }

  #createChangeSets(history: ChangeHistory): ChangeSets {
    const { scope, store, app, settings, clock, random, log, stopping } = this.#options;
    const { replyTimeoutMs = 180_000, leaseMarginMs = 5_000, resumeDelayMs = 10_000 } =
      this.#options;
    const { maxPending = 1_000, maxPendingMemoryBytes = 64 * 2 ** 20 } = this.#options;
    return new ChangeSets({
      scope,
      settlement: this.settlement,
      patches: this.#patches,
      maxPending,
      maxPendingBytes: maxPendingMemoryBytes,
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
        ledger: this.settlement.ledger,
        readLease: (key, signal) => readLease(store, key, signal),
      },
    });
  }
}

async function readLease(store: KeyValueStore, key: string, signal: AbortSignal): Promise<Lease> {
  const remainingMs = await store.remainingTtlMs(key, { signal });
  if (remainingMs !== undefined) return { state: "leased", remainingMs };
  return { state: await store.get(key, { signal }) ? "unleased" : "gone" };
}

/** The part of the agent's own store for this service and pod. The prefix keeps the name of earlier versions. */
function ownState(state: KeyValueStore, scope: Scope): KeyValueStore {
  const { namespace, microservice, version, podName } = scope;
  return state.withPrefix(`config_watch/${namespace}/${microservice}/${version}/${podName}/`);
}
