import assert from "node:assert/strict";
import { statusToken } from "../../../core/agent/mod.ts";
import { definePlugin } from "../../../core/plugin/mod.ts";
import type { StatusBoard } from "../../../core/status/mod.ts";
import { harness } from "../../../core/testing/mod.ts";
import { kafka, type KafkaApi, kafkaToken } from "../../../plugins/kafka/mod.ts";
import { until } from "../../_support/until.ts";
import { block, never } from "./_sender.ts";

/** A plugin that passes the API and the status board to a test. */
function observer(given: { api?: KafkaApi; board?: StatusBoard }) {
  return definePlugin({
    name: "observer",
    requires: [kafkaToken],
    init({ get }) {
      given.api = get(kafkaToken);
      given.board = get(statusToken);
    },
  });
}

/** A port without a listener. */
function deadPort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

Deno.test("kafka() is disabled and its API gives the reason when no broker is configured", async () => {
  const given: { api?: KafkaApi; board?: StatusBoard } = {};
  await using test = harness({ plugins: [kafka(), observer(given)] });
  await test.agent.start();
  assert.equal(given.board!.plugin("kafka")?.state, "disabled");
  assert.equal(given.api!.isEnabled, false);
  assert.throws(() => given.api!.sender("logs", { onRejected: () => {} }), {
    code: "unavailable",
    message: /set "kafka\.brokers"/,
  });
});

Deno.test("kafka() starts, is degraded and returns retry when no broker answers", async () => {
  const given: { api?: KafkaApi; board?: StatusBoard } = {};
  await using test = harness({
    plugins: [kafka(), observer(given)],
    env: { KAFKA_BROKERS: `127.0.0.1:${deadPort()}` },
  });
  await test.agent.start();
  const sender = given.api!.sender("logs", { onRejected: () => {} });
  const outcome = await sender.send(block("a"), never);
  assert.deepEqual([outcome.status, "reason" in outcome && outcome.reason], [
    "retry",
    "kafka_unreachable",
  ]);
  await until("kafka() is degraded", () => given.board!.plugin("kafka")?.state === "degraded");
  assert.match(given.board!.plugin("kafka")!.reason, /check kafka\.brokers/);
});

Deno.test("kafka() refuses addresses and keys that contradict each other, by key", async () => {
  const wrong: [config: Record<string, unknown>, wanted: RegExp][] = [
    [{ brokers: ["a b"] }, /kafka\.brokers/],
    [{ brokers: ["a"], ca_file: "ca.pem" }, /kafka\.tls/],
    [{ brokers: ["a"], login: "plain" }, /kafka\.user/],
    [{ brokers: ["a"], driver: "kafkajs", compression: "zstd" }, /kafka\.compression/],
  ];
  for (const [section, message] of wrong) {
    await using test = harness({ plugins: [kafka()], config: { kafka: section } });
    await assert.rejects(test.agent.start(), { message });
  }
});
