import assert from "node:assert/strict";
import { deriveSources } from "../../../cim/assembly/mod.ts";
import { sourcesFrom } from "../../../core/mod.ts";

const infra = '{"etcd_url":"etcd.local:2379"}';
const infraPath = "/opt/conf/static/common-infra.json";

function derive(
  env: Record<string, string>,
  files: Record<string, string> = {},
  values: Record<string, unknown> = {},
) {
  const given = sourcesFrom({ env, file: { path: "./cim.yaml", values } });
  return deriveSources(given, (path) => files[path]);
}

Deno.test("deriveSources() takes the endpoint of etcd from common-infra.json", () => {
  const { sources } = derive({}, { [infraPath]: infra });
  assert.deepEqual(sources.file?.values.etcd, { endpoints: ["etcd.local:2379"] });
});

Deno.test("deriveSources() leaves endpoints alone that the operator set", () => {
  for (const variable of ["CIM_ETCD_ENDPOINTS", "ETCD_ENDPOINTS"]) {
    const { sources } = derive({ [variable]: "other:2379" }, { [infraPath]: infra });
    assert.equal(sources.file?.values.etcd, undefined);
  }
});

Deno.test("deriveSources() keeps other keys of the section", () => {
  const values = { etcd: { user: "root" }, rest: { port: 1 } };
  const { sources } = derive({}, { [infraPath]: infra }, values);
  assert.deepEqual(sources.file?.values.etcd, { user: "root", endpoints: ["etcd.local:2379"] });
  assert.deepEqual(sources.file?.values.rest, { port: 1 });
});

Deno.test("deriveSources() puts the embedded store into paths.data", () => {
  const { sources } = derive({ CIM_PATHS_DATA: "/data" });
  assert.deepEqual(sources.file?.values.localkv, { folder: "/data" });
});

Deno.test("deriveSources() reports problems of the document", () => {
  const { problems } = derive({}, { [infraPath]: "{" });
  assert.equal(problems.length, 1);
});
