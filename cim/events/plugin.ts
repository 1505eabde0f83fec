import {
  definePlugin,
  describeDelivery,
  duration,
  type Plugin,
  statusToken,
  type Token,
  token,
} from "../../core/mod.ts";
import { httpToken, jsonResponse } from "../../plugins/http/mod.ts";
import { kafkaToken } from "../../plugins/kafka/mod.ts";
import { booksToken } from "../books/mod.ts";
import { busToken } from "../bus/mod.ts";
import { identityToken } from "../identity/mod.ts";
import { Receipts } from "../receipts/mod.ts";
import { registrationToken } from "../registration/mod.ts";
import { type BlockSender, spoolToken } from "../spool/mod.ts";
import { EventDocument } from "../wire/mod.ts";
import { watchEtcdStart } from "./etcd_start.ts";
import { eventDefinitions } from "./event_definitions.ts";
import { EventDispatch, type EventListener } from "./event_dispatch.ts";
import { EventOutbox } from "./event_outbox.ts";
import { type OwnEvent, ownEventDocument } from "./own_event.ts";
import { EventOrigins } from "./source_headers.ts";

/** Events of the application, by name, and events of the agent itself. */
export interface EventsApi {
  /** Calls the listener on each event of that name, from now on. */
  on(eventName: string, listener: EventListener): Disposable;
  /**
   * Forwards an event of the agent, with the current time. It returns at once and never throws: the event is
   * collected with those of the application, and dropped and counted when too many wait.
   */
  raise(event: OwnEvent): void;
}

/** Key of {@linkcode EventsApi}. */
export const eventsToken: Token<EventsApi> = token("events", { providedBy: "events()" });

/** Kafka topic of events. */
const topic = "EVENT";
/** Name of the queue and the route. */
const route = "events";

const fields = {
  lingerMs: duration({
    doc: "How long an event waits for others with which it is stored and sent together.",
    default: 5,
    min: 0,
    max: 10_000,
  }),
};

/**
 * Receives the application's events, and forwards them and the agent's own to Kafka through the spool. Subscribes
 * before the NATS port opens, so that no event is lost. When the agent stops, events that cannot be sent in time stay
 * in the spool.
 */
export function events(): Plugin {
  return definePlugin({
    name: "events",
    requires: [
      statusToken,
      httpToken,
      busToken,
      identityToken,
      booksToken,
      kafkaToken,
      spoolToken,
      registrationToken,
    ],
    provides: [eventsToken],
    config: fields,
    init({ name, get, provide, metrics, clock, random, log, status, config }) {
      const identity = get(identityToken);
      const registration = get(registrationToken);
      const spool = get(spoolToken);
      const outbox: EventOutbox = new EventOutbox({
        books: get(booksToken),
        queue: spool.queue(route, (records, reason) => outbox.lose(records, reason)),
        isDurable: spool.isDurable,
        damaged: spool.damaged(route),
        lingerMs: config.lingerMs,
        clock,
        random,
        onTrouble: (failure) =>
          failure === undefined
            ? status.ok()
            : status.degraded(`Events wait in the spool: ${describeDelivery(failure)}`),
      });
      const origins = new EventOrigins(identity);
      const document = new EventDocument();
      const bus = get(busToken);
      const receipts = new Receipts({
        subject: "EVENT",
        publish: (subject, payload) => bus.publish(subject, payload),
        log,
      });
      const dispatch = new EventDispatch({
        book: outbox.book,
        receipts,
        forward(event, receipt) {
          const { key, headers } = origins.current;
          outbox.put(key, document.write(event, headers), receipt);
        },
        clock,
        log,
      });
      metrics.add(...dispatch.meter.families(identity.current.podName), ...receipts.families());
      const raise = (event: OwnEvent) => {
        const { key, headers } = origins.current;
        const containerId = registration.current?.containerId ?? identity.current.containerId;
        outbox.book.accepted++;
        outbox.put(key, ownEventDocument(event, { timeMs: clock.now(), headers, containerId }));
      };
      provide(eventsToken, { on: (name, listener) => dispatch.on(name, listener), raise });
      get(httpToken).route(name, {
        method: "GET",
        path: "/api/v1/events/definitions",
        handler: () => jsonResponse(eventDefinitions),
      });
      const etcdStart = watchEtcdStart(get(statusToken), raise);
      const subscription = bus.subscribe("EVENT", {
        onMessage: ({ buffer, start, end, reply }) => dispatch.receive(buffer, start, end, reply),
      });
      return { outbox, subscription, etcdStart };
    },
    afterInit({ outbox }, { get, tasks, log }) {
      const kafka = get(kafkaToken);
      if (!kafka.isEnabled) {
        log.info("Events wait in the spool: no Kafka broker is configured");
        return;
      }
      const { deadLetter } = get(spoolToken);
      const sender = kafka.sender(topic, {
        format: "keyed",
        onRejected({ reason, record, cause }) {
          outbox.reject(reason);
          deadLetter({ route, reason, record, cause });
        },
      });
      const blocks: BlockSender = {
        send: (block, signal) => sender.send(block, signal),
        sendAll: (blocks, signal) => sender.send(blocks, signal),
      };
      tasks.run("send", (signal) => outbox.run(blocks, signal));
    },
    async close({ outbox, subscription, etcdStart }, { signal }) {
      etcdStart[Symbol.dispose]();
      await subscription.unsubscribe();
      await outbox.drain(signal);
      outbox.endReceipts();
    },
  });
}
