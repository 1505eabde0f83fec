import assert from "node:assert/strict";
import { harness } from "../../../core/testing/mod.ts";
import { defaultSettings, loadSettings, settings } from "../../../cim/settings/mod.ts";
import { paths } from "../../../cim/paths/mod.ts";

const folders = { conf: "/conf", config: "/config" };
const document = (flush_timeout: number) => {
  const { cimConfig } = defaultSettings();
  return JSON.stringify({
    cimConfig: { ...cimConfig, lmaas: { ...cimConfig.lmaas, flush_timeout } },
  });
};

function load(files: Record<string, string>) {
  return loadSettings(folders, (path) => files[path]);
}

Deno.test("loadSettings() prefers the mounted document", () => {
  const found = load({ "/conf/cim.json": document(5), "/config/cim.json": document(6) });
  assert.equal(found.source, "mounted");
  assert.equal(found.settings.cimConfig.lmaas.flush_timeout, 5);
  assert.deepEqual(found.problems, []);
});

Deno.test("loadSettings() takes the shipped document when none is mounted", () => {
  const found = load({ "/config/cim.json": document(6) });
  assert.equal(found.source, "shipped");
  assert.equal(found.settings.cimConfig.lmaas.flush_timeout, 6);
});

Deno.test("loadSettings() has the defaults when there is no document", () => {
  const found = load({});
  assert.equal(found.source, "built_in");
  assert.deepEqual(found.settings, defaultSettings());
});

Deno.test("D-9 a mounted document that is no JSON is told with its place, and defaults are used", () => {
  const found = load({ "/conf/cim.json": "{", "/config/cim.json": document(6) });
  assert.equal(found.source, "mounted");
  assert.equal(found.settings.cimConfig.lmaas.flush_timeout, 30);
  assert.equal(found.problems.length, 1);
  assert.match(found.problems[0], /^\/conf\/cim\.json: .*JSON/);
});

Deno.test("a document that cannot be read is told and not replaced by the next", () => {
  const found = loadSettings(folders, () => {
    throw new Deno.errors.PermissionDenied("denied");
  });
  assert.equal(found.source, "mounted");
  assert.match(found.problems[0], /\/conf\/cim\.json: denied; using defaults/);
});

Deno.test("D-9 every bad leaf is told with file and path", () => {
  const { problems } = load({ "/conf/cim.json": document(4) });
  assert.equal(problems.length, 1);
  assert.match(problems[0], /^\/conf\/cim\.json: \/cimConfig\/lmaas\/flush_timeout: 4: /);
});

Deno.test("settings() starts with a bad document and says so in its status", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/cim.json`, "[]");
  {
    await using test = harness({
      plugins: [paths(), settings()],
      env: { CIM_PATHS_CONF: folder, CIM_PATHS_CONFIG: folder },
      envPrefix: "CIM_",
    });
    await test.agent.start();
    const status = test.agent.status.plugin("settings");
    assert.equal(status?.state, "ok");
    assert.match(status?.reason ?? "", /using defaults in part: .*cim\.json: \/: /);
  }
  await Deno.remove(folder, { recursive: true });
});
