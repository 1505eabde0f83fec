import assert from "node:assert/strict";
import {
  commonInfra,
  commonInfraToken,
  parseCommonInfra,
  readCommonInfra,
} from "../../../cim/common_infra/mod.ts";
import { paths } from "../../../cim/paths/mod.ts";
import { harness } from "../../../core/testing/mod.ts";
import { until } from "../../_support/until.ts";
import { tempDir } from "../../_support/temp_dir.ts";

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

Deno.test("D-95 parseCommonInfra() accepts enable_retrx as boolean and the port as number", () => {
  const { infra, problems } = parseCommonInfra(
    { enable_retrx: true, logging_svc_tcp_port: 5170 },
    "file",
  );
  assert.deepEqual(problems, []);
  assert.equal(infra.enableRetrx, true);
  assert.equal(infra.loggingSvcTcpPort, "5170");
});

for (
  const url of [
    "10.0.0.1:5170",
    "[2001:db8::1]:65535",
    "c.a-namespace-of-more-than-thirty-chars.svc:1",
  ]
) {
  Deno.test(`D-60 parseCommonInfra() accepts the log collector ${url}`, () => {
    const { infra, problems } = parseCommonInfra({ logging_svc_url: url }, "file");
    assert.deepEqual([infra.loggingSvcUrl, problems], [url, []]);
  });
}

Deno.test("D-10 parseCommonInfra() reports a log collector without a port and counts it as absent", () => {
  const { infra, problems } = parseCommonInfra({ logging_svc_url: "collector" }, "file");
  assert.deepEqual(problems, ['file: logging_svc_url: must be host:port, found "collector"']);
  assert.equal(infra.loggingSvcUrl, undefined);
});

Deno.test("parseCommonInfra() reports a member of a wrong type and counts it as absent", () => {
  const { infra, problems } = parseCommonInfra(
    { etcd_url: ["a"], kafka_brokers: "k1:9092" },
    "/conf/static/common-infra.json",
  );
  assert.deepEqual(problems, [
    "/conf/static/common-infra.json: etcd_url: must be a text, found a list",
    '/conf/static/common-infra.json: kafka_brokers: must be a list, found "k1:9092"',
  ]);
  assert.equal(infra.etcdUrl, undefined);
});

for (const text of ["{", "[]", "null", '"text"']) {
  Deno.test(`D-94 readCommonInfra() reports the path of a document ${text} and uses nothing of it`, () => {
    const { infra, problems } = readCommonInfra("/conf", () => text);
    assert.equal(problems.length, 1);
    assert.match(problems[0], /^\/conf\/static\/common-infra\.json: /);
    assert.deepEqual(infra, { enableRetrx: false, isRawLog: false });
  });
}

Deno.test("readCommonInfra() reports no problem when the document is missing", () => {
  assert.deepEqual(readCommonInfra("/conf", () => undefined).problems, []);
});

/** The status of the plugin, the warnings and the document, with this file or none. */
async function started(text: string | undefined) {
  using dir = tempDir();
  const folder = dir.path;
  await Deno.mkdir(`${folder}/static`);
  if (text !== undefined) await Deno.writeTextFile(`${folder}/static/common-infra.json`, text);
  await using test = harness({
    plugins: [paths(), commonInfra()],
    config: { paths: { conf: folder } },
    envPrefix: "CIM_",
  });
  await test.agent.start();
  return {
    status: test.agent.status.plugin("common_infra")!,
    warnings: test.logs.messages("warn").length,
    infra: test.agent.get(commonInfraToken).current,
  };
}

Deno.test("commonInfra() provides the document and is ok when it is valid", async () => {
  const { status, warnings, infra } = await started('{"log_format":"text"}');
  assert.deepEqual([status.state, warnings, infra.isRawLog], ["ok", 0, true]);
});

Deno.test("commonInfra() is ok when there is no document", async () => {
  const { status, warnings } = await started(undefined);
  assert.deepEqual([status.state, status.reason, warnings], ["ok", "", 0]);
});

Deno.test("D-94 commonInfra() is degraded and the agent starts when the document is malformed", async () => {
  const { status, warnings, infra } = await started('{"etcd_url":1,"kafka_brokers":7}');
  assert.deepEqual([status.state, warnings, infra.etcdUrl], ["degraded", 1, "1"]);
  assert.match(status.reason, /kafka_brokers: must be a list, found 7/);
});

Deno.test("commonInfra() is degraded and the agent starts when the document cannot be read", async () => {
  using dir = tempDir();
  const folder = dir.path;
  await Deno.mkdir(`${folder}/static/common-infra.json`, { recursive: true });
  await using test = harness({
    plugins: [paths(), commonInfra()],
    config: { paths: { conf: folder } },
    envPrefix: "CIM_",
  });
  await test.agent.start();
  assert.equal(test.agent.status.plugin("common_infra")?.state, "degraded");
});

Deno.test("commonInfra() follows changes of the file, and says which members are used later", async () => {
  using dir = tempDir({ folders: ["static"] });
  const path = dir.join("static/common-infra.json");
  await Deno.writeTextFile(path, '{"log_format":"json","etcd_url":"a:1"}');
  await using test = harness({
    plugins: [paths(), commonInfra()],
    config: { paths: { conf: dir.path } },
    envPrefix: "CIM_",
  });
  await test.agent.start();
  const infra = test.agent.get(commonInfraToken);
  const status = () => test.agent.status.plugin("common_infra")!;
  const changes: [boolean, boolean][] = [];
  using _listener = infra.onChange((now, before) => {
    changes.push([before.isRawLog, now.isRawLog]);
  });
  /** Replaces the document, and waits until the agent has looked at it. */
  async function replace(text: string, isDone: () => boolean) {
    await Deno.writeTextFile(path, text);
    await until("the document is read", async () => {
      await test.clock.advance(10_000);
      return isDone();
    });
  }
  await replace('{"log_format":"text","etcd_url":"a:1"}', () => changes.length === 1);
  assert.deepEqual([changes, infra.current.isRawLog], [[[false, true]], true]);
  assert.deepEqual(test.logs.messages("warn"), []);
  await replace('{"log_format":', () => status().state === "degraded");
  assert.match(status().reason, /the previous document stays in use/);
  assert.deepEqual([changes.length, infra.current.isRawLog], [1, true]);
  await replace('{"log_format":"json","etcd_url":"b:1"}', () => changes.length === 2);
  assert.deepEqual([status().state, infra.current.isRawLog], ["ok", false]);
  assert.equal(infra.current.etcdUrl, "b:1");
  assert(
    test.logs.messages("warn").includes(
      "Changed members of the infrastructure document are used after the next start",
    ),
  );
  await Deno.remove(path);
  await test.clock.advance(10_000);
  assert.deepEqual([changes.length, status().state], [2, "ok"]);
});
