import {
  definePlugin,
  duration,
  integer,
  type Plugin,
  type PluginContext,
  type StatusReporter,
  type Token,
  token,
} from "../../core/mod.ts";
import { httpToken, jsonResponse } from "../../plugins/http/mod.ts";
import { appClientToken } from "../app_client/mod.ts";
import { busToken } from "../bus/mod.ts";
import { eventsToken } from "../events/mod.ts";
import { type Identity, identityToken } from "../identity/mod.ts";
import { SubjectMeter } from "../metrics/mod.ts";
import { registrationToken } from "../registration/mod.ts";
import { cimSettingsToken } from "../settings/mod.ts";
import { configStoreToken, stateStoreToken } from "../store/mod.ts";
import type { ChangeRecord } from "./change_record.ts";
import { type ConfigBounds, ConfigPush, type ConfigPushOptions } from "./config_push.ts";
import { describeChange } from "./describe_change.ts";

/** What has become of change-sets. */
export interface ChangesApi {
  /** The change-sets of late, the newest first. */
  list(): ChangeRecord[];
  /** Calls back on each change of a record. It must not throw. */
  onChange(listener: (record: ChangeRecord) => void): Disposable;
}

/** Key of {@linkcode ChangesApi}. */
export const changesToken: Token<ChangesApi> = token("changes");

const fields = {
  replyTimeoutMs: duration({
    doc: "Time for a change-set that has no lease, from its first request to the reply.",
    default: 180_000,
    min: 1_000,
    max: 86_400_000,
  }),
  leaseMarginMs: duration({
    doc:
      "Time before the end of a lease at which a change-set that cannot be delivered has failed.",
    default: 5_000,
    min: 100,
    max: 60_000,
  }),
  resumeDelayMs: duration({
    doc: "Time that an agent that was killed waits for the reply to a request it may have sent.",
    default: 10_000,
    min: 100,
    max: 60_000,
  }),
  dayOneTimeoutMs: duration({
    doc: "How long the first configuration is offered to the application.",
    default: 600_000,
    min: 1_000,
    max: 86_400_000,
  }),
  maxPending: integer({
    doc: "Change-sets without a verdict at most; more are put off until there is room.",
    default: 1_000,
    min: 1,
    max: 100_000,
  }),
  history: integer({
    doc: "Change-sets remembered, over restarts too.",
    default: 256,
    min: 16,
    max: 10_000,
  }),
};

/**
 * Pushes configuration to the application and reports what became of it. Subscribed to CONFIG before the
 * NATS port opens; waits for no store. Without namespace, pod name and microservice it does nothing, and
 * its status says so.
 */
export function configPush(): Plugin {
  return definePlugin({
    name: "config_push",
    requires: [
      httpToken,
      busToken,
      eventsToken,
      identityToken,
      appClientToken,
      registrationToken,
      cimSettingsToken,
      configStoreToken,
      stateStoreToken,
    ],
    provides: [changesToken],
    config: fields,
    async init(context) {
      const { name, get, provide, status } = context;
      const listeners = new Set<(record: ChangeRecord) => void>();
      const service = createService(context, (record) => {
        for (const listener of listeners) listener(record);
      });
      const changes: ChangesApi = {
        list: () => service?.changeSets.list() ?? [],
        onChange(listener) {
          listeners.add(listener);
          return { [Symbol.dispose]: () => listeners.delete(listener) };
        },
      };
      provide(changesToken, changes);
      get(httpToken).route(name, {
        method: "GET",
        path: "/api/v1/config/changes",
        handler: () => jsonResponse({ changes: changes.list().map(describeChange) }),
      });
      if (!service) return undefined;
      await service.restore();
      status.init("change-sets not listed yet");
      return { service, subscriptions: connect(context, service), clock: context.clock };
    },
    afterInit: (state) => state?.service.start(),
    async close(state, { signal, remainingMs }) {
      if (!state) return;
      state.subscriptions.dispose();
      // A store that is away must not use up what the others need to drain: the next life commits.
      const enough = new AbortController();
      using _timer = state.clock.timer(remainingMs / 2, () => enough.abort());
      await state.service.flush(AbortSignal.any([signal, enough.signal]));
    },
  });
}

/** Creates the service; undefined, and told in the status, when the pod's names are not known. */
function createService(
  { get, config, clock, random, log, signal, tasks, status }: PluginContext<ConfigBounds>,
  onChange: (record: ChangeRecord) => void,
): ConfigPush | undefined {
  const identity = get(identityToken).current;
  const { namespace, microservice, version, podName, msRevision, nfRevision } = identity;
  const missing = missingNames(identity);
  if (missing.length > 0) {
    const reason = `Configuration handling is off: ${missing.join(", ")} not known`;
    log.error(reason);
    status.error(reason);
    return undefined;
  }
  return new ConfigPush({
    ...config,
    scope: { namespace, microservice, version, podName },
    baselines: { ms: msRevision, nf: nfRevision },
    store: get(configStoreToken).store,
    state: get(stateStoreToken),
    app: get(appClientToken),
    settings: get(cimSettingsToken),
    registered: get(registrationToken).current,
    clock,
    random,
    log,
    stopping: signal,
    run: (name, task) => tasks.run(name, task),
    ...troubleReports(status),
    onChange,
  });
}

/** Connects the service to what it listens to. */
function connect(
  { get, metrics }: PluginContext<ConfigBounds>,
  service: ConfigPush,
): DisposableStack {
  const meter = new SubjectMeter("CONFIG");
  metrics.add(...service.families(), ...meter.families(get(identityToken).current.podName));
  const events = get(eventsToken);
  const subscriptions = new DisposableStack();
  subscriptions.use(get(registrationToken).onRegister((who) => service.register(who)));
  subscriptions.use(events.on("Configured", () => service.dayOne.onConfigured()));
  subscriptions.use(events.on("NotConfigured", () => service.dayOne.onNotConfigured()));
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

/** Reports that leave the status in error as long as one of the two things is wrong. */
function troubleReports(
  status: StatusReporter,
): Pick<ConfigPushOptions, "onSync" | "onDayOne"> {
  let store = "change-sets not listed yet";
  let dayOne = "";
  function report() {
    const reasons = [store, dayOne].filter((reason) => reason !== "");
    if (reasons.length > 0) status.error(reasons.join("; "));
    else status.ok();
  }
  return {
    onSync({ state, reason }) {
      store = state === "synced" ? "" : `configuration store: ${reason ?? "not listed yet"}`;
      report();
    },
    onDayOne(trouble) {
      dayOne = trouble;
      report();
    },
  };
}

/** Keys of the section `identity` without which no key of the configuration service can be made. */
function missingNames({ namespace, podName, microservice, version }: Identity): string[] {
  const names = {
    "identity.namespace (K8S_NAMESPACE)": namespace,
    "identity.pod_name (K8S_POD_ID)": podName,
    "identity.microservice": microservice,
    "identity.version": version,
  };
  return Object.entries(names).filter(([, value]) => value === "").map(([name]) => name);
}
