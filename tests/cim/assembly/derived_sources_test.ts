import assert from "node:assert/strict";
import { type ConfigSources, readSection, sourcesFrom } from "../../../core/mod.ts";
import { deriveSources } from "../../../cim/assembly/mod.ts";
import { etcdConfig } from "../../../plugins/etcd/mod.ts";
import { kafkaConfig } from "../../../plugins/kafka/mod.ts";
import { localkvConfig } from "../../../plugins/localkv/mod.ts";

const infra = '{"etcd_url":"etcd.local:2379"}';
const infraPath = "/opt/conf/static/common-infra.json";

function derive(
  env: Record<string, string>,
  files: Record<string, string> = {},
  values: Record<string, unknown> = {},
) {
  const file = { path: "./cim.yaml", values };
  const given = sourcesFrom({ env, envPrefix: "CIM_", file });
  return deriveSources(given, (path) => files[path]);
}

const readEtcd = (sources: ConfigSources) => readSection("etcd", etcdConfig, sources);
const readLocalkv = (sources: ConfigSources) => readSection("localkv", localkvConfig, sources);

Deno.test("deriveSources() takes the endpoint of etcd from common-infra.json, and says so", () => {
  const { values, origins, present } = readEtcd(derive({}, { [infraPath]: infra }).sources);
  assert.deepEqual(values?.endpoints, ["etcd.local:2379"]);
  assert.equal(origins.get("endpoints"), infraPath);
  assert.equal(present, false);
});

Deno.test("deriveSources() takes the brokers of Kafka from common-infra.json unless the operator set some", () => {
  const files = { [infraPath]: '{"kafka_brokers":["k1:9092","k2:9092"]}' };
  const brokers = (env: Record<string, string>) =>
    readSection("kafka", kafkaConfig, derive(env, files).sources).values?.brokers;
  assert.deepEqual(brokers({}), ["k1:9092", "k2:9092"]);
  assert.deepEqual(brokers({ CIM_KAFKA_BROKERS: "other:9092" }), ["other:9092"]);
  assert.equal(readSection("kafka", kafkaConfig, derive({}).sources).values?.brokers, undefined);
});

Deno.test("deriveSources() leaves endpoints alone that the operator set", () => {
  for (const variable of ["CIM_ETCD_ENDPOINTS", "ETCD_ENDPOINTS"]) {
    const { sources } = derive({ [variable]: "other:2379" }, { [infraPath]: infra });
    assert.deepEqual(readEtcd(sources).values?.endpoints, ["other:2379"]);
  }
});

Deno.test("deriveSources() leaves the file as it is and keeps other keys of the section", () => {
  const values = { etcd: { user: "root" }, rest: { port: 1 } };
  const { sources } = derive({}, { [infraPath]: infra }, values);
  assert.deepEqual(sources.file?.values, values);
  const etcd = readEtcd(sources);
  assert.deepEqual([etcd.values?.user, etcd.values?.endpoints], ["root", ["etcd.local:2379"]]);
});

Deno.test("deriveSources() puts the embedded store into paths.data", () => {
  const { values, origins } = readLocalkv(derive({ CIM_PATHS_DATA: "/data" }).sources);
  assert.equal(values?.folder, "/data");
  assert.equal(origins.get("folder"), "paths.data");
});

Deno.test("deriveSources() allows the embedded store to be in memory when etcd is configured", () => {
  const fallback = (sources: ConfigSources) => readLocalkv(sources).values?.fallback;
  assert.equal(fallback(derive({}).sources), "none");
  assert.equal(fallback(derive({}, { [infraPath]: infra }).sources), "memory");
  const env = { CIM_ETCD_ENDPOINTS: "other:2379" };
  assert.equal(fallback(derive(env).sources), "memory");
  assert.equal(fallback(derive({ ...env, CIM_LOCALKV_FALLBACK: "none" }).sources), "none");
});

Deno.test("deriveSources() reports what is wrong with the document", () => {
  const { problems } = derive({}, { [infraPath]: "{" });
  assert.equal(problems.length, 1);
});
