import assert from "node:assert/strict";
import { MetricSet } from "../../../../core/mod.ts";
import { serverMetrics } from "../../../../plugins/nats_server/monitoring/metrics.ts";
import { NatsServer } from "../../../../plugins/nats_server/mod.ts";
import { bytes } from "../_net.ts";

/** All samples as `name{labels}` with their values. */
function scrape(server: NatsServer): Map<string, number> {
  const set = new MetricSet();
  set.add(...serverMetrics(server));
  const samples = new Map<string, number>();
  for (const family of set.families()) {
    assert.ok(family.help.endsWith("."), family.name);
    if (family.type === "histogram") continue;
    const collected = family.collect();
    if (typeof collected === "number") samples.set(family.name, collected);
    else {
      for (const { labels, value } of collected) {
        samples.set(`${family.name}${JSON.stringify(labels)}`, value);
      }
    }
  }
  return samples;
}

Deno.test("serverMetrics() counts published messages by family, and messages without a subscriber", () => {
  const server = new NatsServer({ families: ["LOG"] });
  using _ = server.subscribe("LOG", { onMessage() {} });
  server.publish("LOG", bytes("abc"));
  server.publish("nobody", bytes("x"));
  const samples = scrape(server);
  assert.equal(samples.get("nats_server_in_messages_total"), 2);
  assert.equal(samples.get("nats_server_local_messages_total"), 1);
  assert.equal(samples.get('nats_server_subject_bytes_total{"family":"LOG"}'), 3);
  assert.equal(samples.get('nats_server_subject_unrouted_total{"family":"LOG"}'), 0);
  assert.equal(samples.get('nats_server_subject_unrouted_total{"family":"nobody"}'), 1);
});

Deno.test("serverMetrics() keeps label sets bounded whatever is published", () => {
  const server = new NatsServer({ limits: { maxFamilies: 4 } });
  const before = scrape(server).size;
  for (let i = 0; i < 1_000; i++) server.publish(`family${i}.x`, bytes("x"));
  for (const odd of ["\u0001", "caf\u00e9", "x".repeat(100)]) server.publish(odd, bytes("x"));
  const samples = scrape(server);
  assert.equal(samples.size - before, 4 * 5);
  assert.equal(samples.get('nats_server_subject_messages_total{"family":"other"}'), 999);
});

Deno.test("serverMetrics() includes every reason and kind from the start, with value 0", () => {
  const samples = scrape(new NatsServer());
  assert.equal(samples.get('nats_server_closed_total{"reason":"slow_consumer_pending"}'), 0);
  assert.equal(samples.get('nats_server_violations_total{"kind":"publish_permission"}'), 0);
});
