import {
  counter,
  definePlugin,
  describeError,
  duration,
  gauge,
  integer,
  type MetricFamily,
  type Plugin,
  type StatusReporter,
  text,
} from "../../core/mod.ts";
import { httpToken } from "../../plugins/http/mod.ts";
import { kafkaToken } from "../../plugins/kafka/mod.ts";
import { booksToken } from "../books/mod.ts";
import { busToken } from "../bus/mod.ts";
import { identityToken } from "../identity/mod.ts";
import { spoolToken } from "../spool/mod.ts";
import { stateStoreToken } from "../store/mod.ts";
import { consumeWhileSubscribed } from "./consume.ts";
import { Notifier } from "./notifier.ts";
import { PositionCommits } from "./position_commits.ts";
import { addRoutes } from "./routes.ts";
import { SubscriptionSet } from "./subscription_set.ts";

/** NATS subject on which the application gets events. */
const subject = "EVENT-NOTIFICATION";
/** What the status says while the consumer has its partitions. */
const reading = "reads events";
/** Name of the book. */
const route = "notifications";

const fields = {
  topic: text({ doc: "Kafka topic of the events for applications.", default: "FMAASEVENTS" }),
  group: text({ doc: "Kafka consumer group. Default: the name of the pod." }),
  sessionTimeoutMs: duration({
    doc:
      "Silence after which Kafka gives the events to other members of the group; so long the next member may have to " +
      "wait after a crash.",
    default: "10s",
    min: "6s",
    max: "5m",
  }),
  maxSubscriptions: integer({
    doc: "Maximum number of subscriptions; further ones are answered with 503.",
    default: 100,
    min: 1,
    max: 10_000,
  }),
  maxAttempts: integer({
    doc: "Attempts after which an event that the application does not take becomes a dead letter.",
    default: 5,
    min: 1,
    max: 1_000,
  }),
  confirmTimeoutMs: duration({
    doc: "Time in which the application must confirm an event; then the attempt has failed.",
    default: "30s",
    min: 100,
    max: 600_000,
  }),
};

/**
 * Serves the subscriptions of the application and brings it the events it subscribed to. The subscriptions of a previous
 * run are restored. Without Kafka or a consumer group the plugin is disabled: subscriptions are kept, but no event comes.
 */
export function subscriptions(): Plugin {
  return definePlugin({
    name: "subscriptions",
    requires: [
      httpToken,
      busToken,
      kafkaToken,
      identityToken,
      booksToken,
      spoolToken,
      stateStoreToken,
    ],
    config: fields,
    async init({ name, config, get, metrics, clock, random, log, status }) {
      const set = new SubscriptionSet({
        state: get(stateStoreToken),
        maxSubscriptions: config.maxSubscriptions,
        random,
        log,
      });
      await set.restore();
      addRoutes(get(httpToken), name, set);
      const commits = new PositionCommits();
      const bus = get(busToken);
      const { deadLetter } = get(spoolToken);
      const notifier = new Notifier({
        subscriptions: () => set.all.values(),
        deliver: (value) => bus.deliver(subject, value),
        book: get(booksToken).open(route),
        maxAttempts: config.maxAttempts,
        confirmTimeoutMs: config.confirmTimeoutMs,
        clock,
        random,
        onUndeliverable: (record) => deadLetter({ route, ...record }),
        onWaiting: (reason) => showReading(status, reason),
      });
      metrics.add(...families(set, notifier, commits));
      return { set, notifier, commits };
    },
    afterInit({ set, notifier, commits }, { get, config, clock, status, tasks }) {
      const kafka = get(kafkaToken);
      if (!kafka.isEnabled) {
        status.disabled('no event comes: no Kafka broker is configured; set "kafka.brokers"');
        return;
      }
      const group = config.group ?? get(identityToken).current.podName;
      if (group === "") {
        status.disabled(
          "no event comes: the name of the pod, which is that of the consumer group, is not known; set " +
            "identity.pod_name (K8S_POD_ID) or subscriptions.group",
        );
        return;
      }
      tasks.run("consume", (signal) =>
        consumeWhileSubscribed({
          set,
          notifier,
          commits,
          clock,
          open: (hooks) =>
            kafka.consume({
              topics: [config.topic],
              group,
              start: "latest",
              sessionTimeoutMs: config.sessionTimeoutMs,
              ...hooks,
            }),
          onTrouble: (error) => status.degraded(`No event comes: ${describeError(error)}`),
          onJoined: () => showReading(status, notifier.waitReason),
          onIdle: () => status.ok("no subscription"),
        }, signal));
    },
  });
}

/** Reports that the consumer has its partitions, and why an event waits. */
function showReading(status: StatusReporter, waitReason: string | undefined): void {
  if (waitReason === undefined) status.ok(reading);
  else status.degraded(waitReason);
}

function families(
  set: SubscriptionSet,
  notifier: Notifier,
  commits: PositionCommits,
): MetricFamily[] {
  return [
    gauge("cim_subscriptions", "Subscriptions of the application.", () => set.all.size),
    gauge(
      "cim_notifications_waiting",
      "1 while an event waits for the application, otherwise 0.",
      () => notifier.waitReason === undefined ? 0 : 1,
    ),
    counter(
      "cim_notifications_skipped_total",
      "Events that were not for the application, by reason.",
      () =>
        Object.entries(notifier.skipped).map(([reason, value]) => ({ labels: { reason }, value })),
    ),
    counter(
      "cim_notification_failures_total",
      "Attempts to hand an event to the application that it did not confirm.",
      () => notifier.failedAttempts,
    ),
    counter(
      "cim_notification_commit_failures_total",
      "Positions that the consumer group did not accept; their events may come again.",
      () => commits.failures,
    ),
  ];
}
