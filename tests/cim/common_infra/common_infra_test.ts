import assert from "node:assert/strict";
import { parseCommonInfra, readCommonInfra } from "../../../cim/settings/mod.ts";

Deno.test("parseCommonInfra() reads every member", () => {
  const { infra, problems } = parseCommonInfra({
    etcd_url: "etcd:2379",
    kafka_brokers: ["k1:9092"],
    logging_svc_url: "fluent:24224",
    logging_svc_tcp_port: "5170",
    enable_retrx: "true",
    log_format: "text",
    apigw_rest_fqdn: "gw:1",
    topoengine_fqdn: "topo:2",
    unknown: 1,
  }, "file");
  assert.deepEqual(problems, []);
  assert.deepEqual(infra, {
    etcdUrl: "etcd:2379",
    kafkaBrokers: ["k1:9092"],
    loggingSvcUrl: "fluent:24224",
    loggingSvcTcpPort: "5170",
    enableRetrx: true,
    isRawLog: true,
    apigwRestFqdn: "gw:1",
    topoengineFqdn: "topo:2",
  });
});

Deno.test("D-95 enable_retrx as boolean and the port as number are taken", () => {
  const { infra, problems } = parseCommonInfra(
    { enable_retrx: true, logging_svc_tcp_port: 5170 },
    "file",
  );
  assert.deepEqual(problems, []);
  assert.equal(infra.enableRetrx, true);
  assert.equal(infra.loggingSvcTcpPort, "5170");
});

Deno.test("a member of a wrong type is told and counts as absent", () => {
  const { infra, problems } = parseCommonInfra(
    { etcd_url: ["a"], kafka_brokers: "k1:9092" },
    "/conf/static/common-infra.json",
  );
  assert.deepEqual(problems, [
    '/conf/static/common-infra.json: etcd_url: ["a"], wanted a text',
    '/conf/static/common-infra.json: kafka_brokers: "k1:9092", wanted a list of texts',
  ]);
  assert.equal(infra.etcdUrl, undefined);
});

for (const text of ["{", "[]", "null", '"text"']) {
  Deno.test(`D-94 a document ${text} is told with its path and nothing of it is used`, () => {
    const { infra, problems } = readCommonInfra("/conf", () => text);
    assert.equal(problems.length, 1);
    assert.match(problems[0], /^\/conf\/static\/common-infra\.json: /);
    assert.deepEqual(infra, { enableRetrx: false, isRawLog: false });
  });
}

Deno.test("a missing document is no problem", () => {
  assert.deepEqual(readCommonInfra("/conf", () => undefined).problems, []);
});
