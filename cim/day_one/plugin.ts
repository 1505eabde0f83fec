import {
  definePlugin,
  duration,
  listAndWatch,
  type Plugin,
  type PluginContext,
  type Token,
  token,
} from "../../core/mod.ts";
import { appClientToken } from "../app_client/mod.ts";
import { dayOnePrefix, missingScope, type Scope, scopeOf } from "../config_keys/mod.ts";
import { eventsToken } from "../events/mod.ts";
import { identityToken } from "../identity/mod.ts";
import { registrationToken } from "../registration/mod.ts";
import { configStoreToken } from "../store/mod.ts";
import { DayOne } from "./day_one.ts";

/** The first configuration, as other plugins see it. */
export interface DayOneApi {
  /** Highest revision of a document in the store; undefined when no document has one. */
  readonly revision: number | undefined;
}

/** Key of {@linkcode DayOneApi}. */
export const dayOneToken: Token<DayOneApi> = token("day_one", { providedBy: "dayOne()" });

const fields = {
  timeoutMs: duration({
    doc: "How long delivery of the first configuration to the application is retried.",
    default: 600_000,
    formerKeys: ["config_push.day_one_timeout", "config_watch.day_one_timeout"],
    min: 1_000,
    max: 86_400_000,
  }),
};

/**
 * Delivers the first configuration. Subscribes to the application's events before the NATS port opens and does
 * not wait for the store. Disabled until namespace, pod name, microservice and version are known.
 */
export function dayOne(): Plugin {
  return definePlugin({
    name: "day_one",
    requires: [identityToken, appClientToken, eventsToken, registrationToken, configStoreToken],
    provides: [dayOneToken],
    config: fields,
    init(context) {
      const { get, provide, status } = context;
      const identity = get(identityToken);
      const state: State = { running: undefined };
      provide(dayOneToken, {
        get revision() {
          return state.running?.delivery.revision;
        },
      });
      const missing = missingScope(scopeOf(identity.current));
      if (missing.length === 0) {
        state.running = open(context, scopeOf(identity.current));
        return state;
      }
      status.disabled(`First configuration is off: ${missing.join(", ")} not known`);
      // Kubernetes may tell the names after the start.
      const waiting = identity.onChange((now) => {
        if (missingScope(scopeOf(now)).length > 0) return;
        waiting[Symbol.dispose]();
        state.running = open(context, scopeOf(now));
        follow(context, state.running);
        status.ok();
      });
      return state;
    },
    afterInit({ running }, context) {
      if (running) follow(context, running);
    },
    close: ({ running }) => running?.subscriptions.dispose(),
  });
}

interface Running {
  readonly delivery: DayOne;
  readonly scope: Scope;
  readonly subscriptions: DisposableStack;
}

interface State {
  /** Undefined while names of the pod are missing. */
  running: Running | undefined;
}

function open(context: PluginContext<{ timeoutMs: number }>, scope: Scope): Running {
  const delivery = createDayOne(context, scope);
  return { delivery, scope, subscriptions: subscribe(context, delivery) };
}

/** Follows the documents in the store. */
function follow(
  { get, tasks, clock, log }: PluginContext<unknown>,
  { delivery, scope }: Running,
): void {
  const { store } = get(configStoreToken);
  tasks.run("documents", async (signal) => {
    const events = listAndWatch(store, dayOnePrefix(scope), { clock, log, signal });
    for await (const event of events) delivery.sync(event);
  });
}

function createDayOne(
  { get, clock, random, log, tasks, status, config }: PluginContext<{ timeoutMs: number }>,
  scope: Scope,
): DayOne {
  return new DayOne({
    scope,
    app: get(appClientToken),
    clock,
    random,
    log,
    timeoutMs: config.timeoutMs,
    run: (name, task) => tasks.run(name, task),
    onTrouble: (reason) => reason === undefined ? status.ok() : status.error(reason),
    raise: (event) => get(eventsToken).raise(event),
  });
}

function subscribe(
  { get }: PluginContext<unknown>,
  delivery: DayOne,
): DisposableStack {
  const events = get(eventsToken);
  const subscriptions = new DisposableStack();
  subscriptions.use(get(registrationToken).onRegister(() => delivery.onRegister()));
  subscriptions.use(events.on("Configured", () => delivery.onConfigured()));
  subscriptions.use(events.on("NotConfigured", () => delivery.onNotConfigured()));
  return subscriptions;
}
