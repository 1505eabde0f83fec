import assert from "node:assert/strict";
import { checkSettings, defaultSettings } from "../../../cim/settings/mod.ts";

Deno.test("checkSettings() finds nothing wrong with the built-in document", () => {
  assert.deepEqual(checkSettings(defaultSettings()).problems, []);
});

Deno.test("D-28 checkSettings() keeps members that it does not know, at every level", () => {
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

Deno.test("checkSettings() freezes to the depth and leaves its argument alone", () => {
  const document = structuredClone(defaultSettings());
  const { settings } = checkSettings(document);
  assert(Object.isFrozen(settings.cimConfig.lmaas));
  assert(!Object.isFrozen(document.cimConfig.lmaas));
});

Deno.test("D-9 a missing section is one problem with its path, and defaults are used", () => {
  const { cimConfig: { lmaas, app_settings } } = defaultSettings();
  const { settings, problems } = checkSettings({ cimConfig: { lmaas, app_settings } });
  assert.deepEqual(problems, [
    { path: "/cimConfig/cim_settings", message: "missing, using defaults" },
  ]);
  assert.equal(settings.cimConfig.cim_settings.remote_svc_retry_count, 60);
});

for (const document of [null, [], "text", 5, undefined]) {
  Deno.test(`D-9 a document that is ${JSON.stringify(document)} leaves the defaults in force`, () => {
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
  Deno.test(`D-28 ${section}.${leaf} is an integer of ${min} to ${max}`, () => {
    for (const good of [min, max]) assert.deepEqual(withLeaf(section, leaf, good).problems, []);
    for (const bad of [min - 1, max + 1, min + 0.5, String(min), null, true]) {
      const { problems } = withLeaf(section, leaf, bad);
      assert.deepEqual(problems.map(({ path }) => path), [`/cimConfig/${section}/${leaf}`]);
    }
  });
}

Deno.test("D-11 a retry count of 0 is told and replaced by 60", () => {
  const { settings, problems } = withLeaf("cim_settings", "remote_svc_retry_count", 0);
  assert.equal(problems.length, 1);
  assert.equal(settings.cimConfig.cim_settings.remote_svc_retry_count, 60);
});

Deno.test("an unknown logging mode is told and replaced by FILE", () => {
  const { settings, problems } = withLeaf("lmaas", "logging_mode", "CARRIER_PIGEON");
  assert.match(problems[0].message, /"CARRIER_PIGEON"/);
  assert.equal(settings.cimConfig.lmaas.logging_mode, "FILE");
});

Deno.test("D-31 D-32 unknown log levels are refused, ignored leaves are kept", () => {
  assert.equal(withLeaf("cim_settings", "log_level", "LOUD").problems.length, 1);
  assert.equal(withLeaf("cim_settings", "cim_file_log", "yes").problems.length, 1);
  const { settings } = withLeaf("cim_settings", "num_garp_count", 3);
  assert.equal(settings.cimConfig.cim_settings.num_garp_count, 3);
});

Deno.test("checkSettings() tells all problems at once", () => {
  const { problems } = checkSettings({
    cimConfig: { lmaas: { flush_timeout: 4 }, cim_settings: 7, app_settings: [] },
  });
  assert(problems.length >= 3);
  assert(problems.some(({ path }) => path === "/cimConfig/lmaas/flush_timeout"));
  assert(problems.some(({ path }) => path === "/cimConfig/cim_settings"));
  assert(problems.some(({ path }) => path === "/cimConfig/app_settings"));
});
