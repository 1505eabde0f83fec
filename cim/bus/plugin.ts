import { aborted, definePlugin, gauge, type Plugin, size } from "../../core/mod.ts";
import { type NatsApi, natsToken } from "../../plugins/nats/mod.ts";
import { type NatsServer, natsServerToken } from "../../plugins/nats_server/mod.ts";
import { type OutsideBacklog, OutsideSubscription } from "./_outside_subscription.ts";
import { busToken, type MessageBus } from "./message_bus.ts";

/** Provides the {@linkcode MessageBus}: the outside server when `nats.url` is set, else the embedded one. */
export function bus(): Plugin {
  return definePlugin({
    name: "bus",
    requires: [natsServerToken, natsToken],
    provides: [busToken],
    config: {
      maxBacklogBytes: size({
        doc:
          "Most bytes of messages from an outside NATS server kept for paused consumers; more are dropped and counted.",
        default: 64 * 1024 * 1024,
        min: 1024 * 1024,
        max: 2 ** 31,
      }),
    },
    init({ config, get, provide, metrics }) {
      const client = get(natsToken);
      if (!client.configured) return provide(busToken, embeddedBus(get(natsServerToken)));
      const shared: OutsideBacklog = {
        maxBytes: config.maxBacklogBytes,
        bytes: 0,
        dropped: new Map(),
      };
      metrics.add(
        gauge(
          "cim_bus_backlog_bytes",
          "Bytes of messages from an outside NATS server kept for paused consumers.",
          () => shared.bytes,
        ),
        {
          type: "counter",
          name: "cim_bus_dropped_total",
          help: "Messages from an outside NATS server dropped because the backlog was full.",
          collect: () =>
            [...shared.dropped].map(([subject, value]) => ({ labels: { subject }, value })),
        },
      );
      provide(busToken, outsideBus(client, shared));
    },
  });
}

function embeddedBus(server: NatsServer): MessageBus {
  return {
    kind: "embedded",
    subscribe: (subject, handler) => server.subscribe(subject, handler),
    publish: (subject, payload) => server.publish(subject, payload),
    async deliver(subject, payload) {
      const { receivers, confirmed } = await server.deliver(subject, payload);
      if (receivers === 0) return "no_subscriber";
      return confirmed === receivers ? "confirmed" : "unconfirmed";
    },
    drain: (signal) => server.drain(signal),
  };
}

function outsideBus(outside: NatsApi, shared: OutsideBacklog): MessageBus {
  return {
    kind: "outside",
    subscribe(subject, handler) {
      const subscription = new OutsideSubscription(subject, handler, shared);
      outside.onReady((client) => subscription.attach(client));
      return subscription;
    },
    publish: (subject, payload) => outside.client.publish(subject, payload),
    async deliver(subject, payload) {
      return await outside.client.deliver(subject, payload) ? "confirmed" : "no_subscriber";
    },
    async drain(signal) {
      using stop = aborted(signal);
      await Promise.race([outside.drain(), stop]);
    },
  };
}
