import assert from "node:assert/strict";
import { cimPlugins, productSources } from "../../../cim/assembly/mod.ts";
import { readConfiguration } from "../../../core/mod.ts";

/** The values of one plugin, from these files and variables. */
async function valuesOf(
  plugin: string,
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
) {
  const plugins = cimPlugins();
  const sources = await productSources(plugins, { env, readText: (path) => files[path] });
  const { results } = readConfiguration(plugins, sources);
  return [...results].find(([{ name }]) => name === plugin)![1].values!;
}

const infra = { "/opt/conf/static/common-infra.json": '{"etcd_url":"infra:2379"}' };

Deno.test("productSources() sets the folder of the embedded store to paths.data", async () => {
  assert.equal((await valuesOf("localkv", {})).folder, "/opt/data");
  assert.equal((await valuesOf("localkv", {}, { CIM_PATHS_DATA: "/data" })).folder, "/data");
  const env = { CIM_PATHS_DATA: "/data", CIM_LOCALKV_FOLDER: "/own" };
  assert.equal((await valuesOf("localkv", {}, env)).folder, "/own");
});

Deno.test("productSources() takes the endpoint of etcd from common-infra.json unless it is configured", async () => {
  assert.equal((await valuesOf("etcd", {})).endpoints, undefined);
  assert.deepEqual((await valuesOf("etcd", infra)).endpoints, ["infra:2379"]);
  const env = { CIM_ETCD_ENDPOINTS: "own:2379" };
  assert.deepEqual((await valuesOf("etcd", infra, env)).endpoints, ["own:2379"]);
  const file = { ...infra, "./cim.yaml": "etcd: { endpoints: [file:2379] }" };
  assert.deepEqual((await valuesOf("etcd", file)).endpoints, ["file:2379"]);
});

Deno.test("productSources() reads a file for each plugin, by section or by name", async () => {
  assert.equal((await valuesOf("http", { "rest.conf": "port: 7000" })).port, 7000);
});

Deno.test("productSources() never reads XGVela's cim.json as its own configuration", async () => {
  const readText = (path: string) => path === "/opt/config/cim.json" ? '{"rest":{}}' : undefined;
  const { file } = await productSources(cimPlugins(), { env: {}, readText });
  assert.equal(file, undefined);
});
