import assert from "node:assert/strict";
import { harness } from "../../../core/testing/mod.ts";
import {
  cimSettingsToken,
  defaultSettings,
  loadSettings,
  settings,
} from "../../../cim/settings/mod.ts";
import { paths } from "../../../cim/paths/mod.ts";
import { tempDir } from "../../_support/temp_dir.ts";

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

Deno.test("loadSettings() uses the shipped document when none is mounted", () => {
  const found = load({ "/config/cim.json": document(6) });
  assert.equal(found.source, "shipped");
  assert.equal(found.settings.cimConfig.lmaas.flush_timeout, 6);
});

Deno.test("loadSettings() uses the defaults when there is no document", () => {
  const found = load({});
  assert.equal(found.source, "built_in");
  assert.deepEqual(found.settings, defaultSettings());
});

Deno.test("D-9 loadSettings() reports the place of a mounted document that is not JSON and uses defaults", () => {
  const found = load({ "/conf/cim.json": "{", "/config/cim.json": document(6) });
  assert.equal(found.source, "mounted");
  assert.equal(found.settings.cimConfig.lmaas.flush_timeout, 30);
  assert.equal(found.problems.length, 1);
  assert.match(found.problems[0], /^\/conf\/cim\.json: .*JSON/);
});

Deno.test("loadSettings() reports a document that cannot be read and does not search the next place", () => {
  const found = loadSettings(folders, () => {
    throw new Deno.errors.PermissionDenied("denied");
  });
  assert.equal(found.source, "mounted");
  assert.match(found.problems[0], /\/conf\/cim\.json: denied; using defaults/);
});

Deno.test("D-9 loadSettings() reports every invalid member with file and path", () => {
  const { problems } = load({ "/conf/cim.json": document(4) });
  assert.equal(problems.length, 1);
  assert.match(
    problems[0],
    /^\/conf\/cim\.json: \/cimConfig\/lmaas\/flush_timeout: must be at least 5, found 4$/,
  );
});

Deno.test("settings() starts with an invalid document and is degraded", async () => {
  using dir = tempDir();
  const folder = dir.path;
  await Deno.writeTextFile(`${folder}/cim.json`, "[]");
  {
    await using test = harness({
      plugins: [paths(), settings()],
      env: { CIM_PATHS_CONF: folder, CIM_PATHS_CONFIG: folder },
      envPrefix: "CIM_",
    });
    await test.agent.start();
    const status = test.agent.status.plugin("settings");
    assert.equal(status?.state, "degraded");
    assert.match(status?.reason ?? "", /defaults replace invalid members: .*cim\.json: \/: /);
  }
});

Deno.test("settings() reads a mounted document that begins with a byte order mark", async () => {
  using dir = tempDir();
  const folder = dir.path;
  await Deno.writeTextFile(`${folder}/cim.json`, `\ufeff${document(7)}`);
  await using test = harness({
    plugins: [paths(), settings()],
    config: { paths: { conf: folder, config: folder } },
  });
  await test.agent.start();
  assert.equal(test.agent.status.plugin("settings")?.state, "ok");
  assert.equal(test.agent.get(cimSettingsToken).current.cimConfig.lmaas.flush_timeout, 7);
});
