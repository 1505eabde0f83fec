import assert from "node:assert/strict";
import { checkSettings, defaultSettings, mergeOverrides } from "../../../cim/settings/mod.ts";

const current = checkSettings({
  cimConfig: {
    ...defaultSettings().cimConfig,
    app_settings: { app_port: 9_999, http2_enabled: true },
    haaas: { hb_interval: 100 },
  },
}).settings;

function merge(lmaas: unknown, app_settings?: unknown) {
  return checkSettings(mergeOverrides(current, { lmaas, app_settings }));
}

Deno.test("D-36 mergeOverrides() keeps the value of an absent boolean", () => {
  const { settings, problems } = merge(undefined, { app_port: 8_080 });
  assert.deepEqual(problems, []);
  assert.deepEqual(settings.cimConfig.app_settings, { app_port: 8_080, http2_enabled: true });
});

Deno.test("D-36 mergeOverrides() replaces only members that are present", () => {
  const { settings } = merge({ flush_timeout: 5 });
  assert.equal(settings.cimConfig.lmaas.flush_timeout, 5);
  assert.equal(settings.cimConfig.lmaas.buffer_size, 10_000);
  assert.deepEqual(settings.cimConfig.haaas, { hb_interval: 100 });
});

Deno.test("D-36 checkSettings() reports overrides that are out of range", () => {
  assert.equal(merge({ flush_timeout: 4 }).problems.length, 1);
  assert.equal(merge("lmaas").problems.length, 1);
});

Deno.test("mergeOverrides() changes nothing for overrides that are null", () => {
  assert.deepEqual(merge(null, null).settings, current);
});
