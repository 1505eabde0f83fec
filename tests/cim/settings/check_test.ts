import assert from "node:assert/strict";
import { checkSettings, defaultSettings } from "../../../cim/settings/mod.ts";

Deno.test("checkSettings() reports no problem of the built-in document", () => {
  assert.deepEqual(checkSettings(defaultSettings()).problems, []);
});

Deno.test("D-28 checkSettings() keeps unknown members at every level", () => {
  const document = {
    ...defaultSettings(),
    other: [1],
    cimConfig: {
      ...defaultSettings().cimConfig,
      haaas: { hb_interval: 100 },
      lmaas: { ...defaultSettings().cimConfig.lmaas, extra: null },
    },
  };
  const { settings, problems } = checkSettings(document);
  assert.deepEqual(problems, []);
  assert.deepEqual(settings, document);
});

Deno.test("checkSettings() freezes the result deeply and does not change its argument", () => {
  const document = structuredClone(defaultSettings());
  const { settings } = checkSettings(document);
  assert(Object.isFrozen(settings.cimConfig.lmaas));
  assert(!Object.isFrozen(document.cimConfig.lmaas));
});

Deno.test("D-9 checkSettings() reports a missing section as one problem with its path and uses defaults", () => {
  const { cimConfig: { lmaas, app_settings } } = defaultSettings();
  const { settings, problems } = checkSettings({ cimConfig: { lmaas, app_settings } });
  assert.deepEqual(problems, [
    { path: "/cimConfig/cim_settings", message: "missing, using defaults" },
  ]);
  assert.equal(settings.cimConfig.cim_settings.remote_svc_retry_count, 60);
});

for (const document of [null, [], "text", 5, undefined]) {
  Deno.test(`D-9 checkSettings() returns the defaults for the document ${JSON.stringify(document)}`, () => {
    const { settings, problems } = checkSettings(document);
    assert.equal(problems[0].path, "/");
    assert.deepEqual(settings, checkSettings(defaultSettings()).settings);
  });
}

const ranges: [section: string, leaf: string, min: number, max: number][] = [
  ["lmaas", "max_file_size_in_mb", 1, 50],
  ["lmaas", "max_backup_files", 1, 20],
  ["lmaas", "max_age", 1, 30],
  ["lmaas", "buffer_size", 1_000, 100_000],
  ["lmaas", "flush_timeout", 5, 30],
  ["cim_settings", "num_garp_count", 0, 5],
  ["cim_settings", "remote_svc_retry_count", 1, 600],
  ["cim_settings", "ttl_timeout", 1, 600],
  ["app_settings", "app_port", 5_000, 10_000],
];

function withLeaf(section: string, leaf: string, value: unknown) {
  const document = structuredClone(defaultSettings()) as unknown as Record<
    string,
    Record<string, Record<string, unknown>>
  >;
  document.cimConfig[section][leaf] = value;
  return checkSettings(document);
}

for (const [section, leaf, min, max] of ranges) {
  Deno.test(`D-28 checkSettings() accepts as ${section}.${leaf} integers of ${min} to ${max} only`, () => {
    for (const good of [min, max]) assert.deepEqual(withLeaf(section, leaf, good).problems, []);
    for (const bad of [min - 1, max + 1, min + 0.5, String(min), null, true]) {
      const { problems } = withLeaf(section, leaf, bad);
      assert.deepEqual(problems.map(({ path }) => path), [`/cimConfig/${section}/${leaf}`]);
    }
  });
}

Deno.test("D-11 checkSettings() reports a retry count of 0 and replaces it by 60", () => {
  const { settings, problems } = withLeaf("cim_settings", "remote_svc_retry_count", 0);
  assert.equal(problems.length, 1);
  assert.equal(settings.cimConfig.cim_settings.remote_svc_retry_count, 60);
});

Deno.test("checkSettings() reports an unknown logging mode and replaces it by FILE", () => {
  const { settings, problems } = withLeaf("lmaas", "logging_mode", "CARRIER_PIGEON");
  assert.match(problems[0].message, /"CARRIER_PIGEON"/);
  assert.equal(settings.cimConfig.lmaas.logging_mode, "FILE");
});

Deno.test("D-31 D-32 checkSettings() refuses unknown log levels and keeps ignored members", () => {
  assert.equal(withLeaf("cim_settings", "log_level", "LOUD").problems.length, 1);
  assert.equal(withLeaf("cim_settings", "cim_file_log", "yes").problems.length, 1);
  const { settings } = withLeaf("cim_settings", "num_garp_count", 3);
  assert.equal(settings.cimConfig.cim_settings.num_garp_count, 3);
});

Deno.test("checkSettings() reports all problems at once", () => {
  const { problems } = checkSettings({
    cimConfig: { lmaas: { flush_timeout: 4 }, cim_settings: 7, app_settings: [] },
  });
  assert(problems.length >= 3);
  assert(problems.some(({ path }) => path === "/cimConfig/lmaas/flush_timeout"));
  assert(problems.some(({ path }) => path === "/cimConfig/cim_settings"));
  assert(problems.some(({ path }) => path === "/cimConfig/app_settings"));
});
