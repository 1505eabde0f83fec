import assert from "node:assert/strict";
import { readSection, sourcesFrom } from "../../../core/mod.ts";
import { httpConfig } from "../../../plugins/http/config.ts";

function read(env: Record<string, string>) {
  return readSection("rest", httpConfig, sourcesFrom({ env, envPrefix: "CIM_" }));
}

Deno.test("rest.port is 6060 by default, and an error when CIM_REST_PORT is not a port", () => {
  assert.equal(read({}).values!.port, 6060);
  for (const CIM_REST_PORT of ["many", "70000", "-1"]) {
    const { values, problems } = read({ CIM_REST_PORT });
    assert.equal(values, undefined);
    assert.deepEqual(problems.map(({ path }) => path), ["CIM_REST_PORT"]);
  }
  assert.equal(read({ CIM_REST_PORT: "7070" }).values!.port, 7070);
});

Deno.test("limits of the section carry their units", () => {
  const { values } = read({ CIM_REST_MAX_BODY: "2MiB", CIM_REST_HEADER_TIMEOUT: "3s" });
  assert.equal(values!.maxBodyBytes, 2 * 2 ** 20);
  assert.equal(values!.headerTimeoutMs, 3_000);
});
