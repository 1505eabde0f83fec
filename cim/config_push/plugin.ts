import {
  type Clock,
  definePlugin,
  duration,
  integer,
  type Plugin,
  type PluginContext,
  size,
} from "../../core/mod.ts";
import { httpToken } from "../../plugins/http/mod.ts";
import { appClientToken } from "../app_client/mod.ts";
import { busToken } from "../bus/mod.ts";
import { missingScope, scopeOf } from "../config_keys/mod.ts";
import { ownConfigMapToken } from "../config_map/mod.ts";
import { dayOneToken } from "../day_one/mod.ts";
import { eventsToken } from "../events/mod.ts";
import { identityToken } from "../identity/mod.ts";
import { logRouteToken } from "../logs/mod.ts";
import { SubjectMeter } from "../metrics/mod.ts";
import { registrationToken } from "../registration/mod.ts";
import { cimSettingsToken } from "../settings/mod.ts";
import { configStoreToken, stateStoreToken } from "../store/mod.ts";
import type { ChangeRecord } from "./change_record.ts";
import { type ChangesApi, changesToken } from "./changes_api.ts";
import { type ConfigBounds, ConfigPush } from "./config_push.ts";
import { addHistoryRoutes } from "./history_routes.ts";
import { PushStatus } from "./push_status.ts";
import { replayable } from "./replay.ts";

const fields = {
  replyTimeoutMs: duration({
    doc: "Time limit of a change-set without a lease, from its first request to the reply.",
    default: 180_000,
    min: 1_000,
    max: 86_400_000,
  }),
  leaseMarginMs: duration({
    doc: "Time before the end of its lease at which an undelivered change-set fails.",
    default: 5_000,
    min: 100,
    max: 60_000,
  }),
  resumeDelayMs: duration({
    doc: "Time to wait for the reply to a request that may have arrived before it is sent again.",
    default: 10_000,
    min: 100,
    max: 60_000,
  }),
  maxPending: integer({
    doc: "Most change-sets without a verdict; more are deferred until there is room.",
    default: 1_000,
    min: 1,
    max: 100_000,
  }),
  maxPendingMemoryBytes: size({
    doc:
      "Maximum memory for the patches of change-sets without a verdict; more are deferred until there is room.",
    default: 64 * 2 ** 20,
    min: 2 ** 16,
    max: 2 ** 32,
  }),
  history: integer({
    doc: "Most change-sets remembered, also across restarts.",
    default: 256,
    min: 16,
    max: 10_000,
  }),
};

/**
 * Pushes configuration to the application and commits the outcomes. Subscribes to CONFIG before the NATS port
 * opens and does not wait for the store. Its status is degraded while change-sets make no progress. The names of
 * the pod are read once, because commit keys must not change while change-sets are pending; until namespace, pod name,
 * microservice and version are known it is off and its status is `error`.
 */
export function configPush(): Plugin {
  return definePlugin({
    name: "config_push",
    formerSections: ["config_watch"],
    requires: [
      httpToken,
      busToken,
      eventsToken,
      identityToken,
      appClientToken,
      registrationToken,
      dayOneToken,
      cimSettingsToken,
      ownConfigMapToken,
      configStoreToken,
      stateStoreToken,
    ],
    optional: [logRouteToken],
    provides: [changesToken],
    config: fields,
    async init(context) {
      const { name, get, provide } = context;
      const listeners = new Set<(record: ChangeRecord) => void>();
      const state: PushState = { running: undefined, clock: context.clock };
      const open = () =>
        openPush(context, (record) => {
          for (const listener of listeners) listener(record);
        });
      const changes: ChangesApi = {
        list: () => state.running?.service.changeSets.list() ?? [],
        ignored: () => state.running?.service.changeSets.ignored() ?? [],
        patch: async (key) => await state.running?.service.changeSets.patch(key),
        replay: async (key) =>
          await state.running?.service.changeSets.replay(key) ?? replayable(key, []),
        onChange(listener) {
          listeners.add(listener);
          return { [Symbol.dispose]: () => listeners.delete(listener) };
        },
      };
      provide(changesToken, changes);
      addHistoryRoutes(get(httpToken), name, changes);
      state.running = await open();
      if (!state.running) startLater(context, state, open);
      return state;
    },
    afterInit: ({ running }) => running?.service.start(),
    async close(state, { signal, remainingMs }) {
      const { running } = state;
      if (!running) return;
      running.subscriptions.dispose();
      // An unreachable store must not use up the time others need to drain: the next run commits the rest.
      const enough = new AbortController();
      using _timer = state.clock.timer(remainingMs / 2, () => enough.abort());
      await running.service.flush(AbortSignal.any([signal, enough.signal]));
    },
  });
}

/** The service with what ends its subscriptions. */
interface Running {
  readonly service: ConfigPush;
  readonly subscriptions: DisposableStack;
}

interface PushState {
  /** Undefined while names of the pod are missing. */
  running: Running | undefined;
  readonly clock: Clock;
}

/** Creates the service, restores its state and subscribes it. */
async function openPush(
  context: PluginContext<ConfigBounds>,
  onChange: (record: ChangeRecord) => void,
): Promise<Running | undefined> {
  const parts = createParts(context, onChange);
  if (!parts) return undefined;
  const { service, report } = parts;
  await service.restore();
  context.status.init("change-sets not listed yet");
  const subscriptions = connect(context, service);
  subscriptions.use(report);
  return { service, subscriptions };
}

/** Starts the service once the names are known: Kubernetes may tell them after the start. */
function startLater(
  { get, tasks }: PluginContext<ConfigBounds>,
  state: PushState,
  open: () => Promise<Running | undefined>,
): void {
  const waiting = get(identityToken).onChange((now) => {
    if (missingScope(scopeOf(now)).length > 0) return;
    waiting[Symbol.dispose]();
    tasks.run("late start", async () => {
      state.running = await open();
      const { current } = get(registrationToken);
      if (current) state.running?.service.register(current);
      state.running?.service.start();
    });
  });
}

/** Creates the service and its status report. Undefined, with status `error`, when names of the pod are missing. */
function createParts(
  { get, find, config, clock, random, log, signal, tasks, status }: PluginContext<ConfigBounds>,
  onChange: (record: ChangeRecord) => void,
): { service: ConfigPush; report: PushStatus } | undefined {
  const identity = get(identityToken).current;
  const scope = scopeOf(identity);
  const missing = missingScope(scope);
  if (missing.length > 0) {
    const reason = `Configuration push is off: ${missing.join(", ")} not known`;
    log.error(reason);
    status.error(reason);
    return undefined;
  }
  const logs = find(logRouteToken);
  const service: ConfigPush = new ConfigPush({
    ...config,
    scope,
    baselines: { ms: identity.msRevision, nf: identity.nfRevision },
    store: get(configStoreToken).store,
    state: get(stateStoreToken),
    app: get(appClientToken),
    settings: get(cimSettingsToken),
    dayOne: get(dayOneToken),
    ownConfigMap: get(ownConfigMapToken),
    registered: get(registrationToken).current,
    raise: (event) => get(eventsToken).raise(event),
    clock,
    random,
    log,
    stopping: signal,
    run: (name, task) => tasks.run(name, task),
    onSync: (state) => report.onSync(state),
    onChange,
    onConditions() {
      report.changed();
      logs?.setUrgent(service.changeSets.isReplyAwaited);
    },
  });
  const report = new PushStatus(status, clock, () => service.conditions());
  return { service, report };
}

/** Subscribes the service to registrations and replies. */
function connect(
  { get, metrics }: PluginContext<ConfigBounds>,
  service: ConfigPush,
): DisposableStack {
  const meter = new SubjectMeter("CONFIG");
  metrics.add(...service.families(), ...meter.families(get(identityToken).current.podName));
  const subscriptions = new DisposableStack();
  subscriptions.use(get(ownConfigMapToken).onChange(() => service.ownConfigMapChanged()));
  subscriptions.use(get(registrationToken).onRegister((who) => service.register(who)));
  subscriptions.use(
    get(busToken).subscribe("CONFIG", {
      onMessage({ buffer, start, end }) {
        meter.observe(end - start);
        service.changeSets.receive(buffer.subarray(start, end));
      },
    }),
  );
  return subscriptions;
}
