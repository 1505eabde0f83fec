import assert from "node:assert/strict";
import { AgentError } from "../../../core/mod.ts";
import { recordingLogs } from "../../../core/testing/mod.ts";
import { checkSettings, defaultSettings, SettingsHolder } from "../../../cim/settings/mod.ts";

function holder() {
  const log = recordingLogs().registry.logger("settings");
  return new SettingsHolder(checkSettings(defaultSettings()).settings, "shipped", log);
}

function withFlush(flush_timeout: number) {
  const { cimConfig } = defaultSettings();
  return { cimConfig: { ...cimConfig, lmaas: { ...cimConfig.lmaas, flush_timeout } } };
}

Deno.test("D-27 apply() resolves when all listeners are done", async () => {
  const settings = holder();
  const seen: string[] = [];
  settings.onChange(async (now, before) => {
    await Promise.resolve();
    seen.push(`${before.cimConfig.lmaas.flush_timeout} to ${now.cimConfig.lmaas.flush_timeout}`);
  });
  await settings.apply(withFlush(5));
  assert.deepEqual(seen, ["30 to 5"]);
});

Deno.test("D-28 apply() refuses a document out of range with every problem, and changes nothing", async () => {
  const settings = holder();
  const before = settings.current;
  await assert.rejects(settings.apply(withFlush(4)), (error) => {
    assert(error instanceof AgentError);
    assert.equal(error.code, "value_invalid");
    assert.match(error.message, /\/cimConfig\/lmaas\/flush_timeout: must be at least 5, found 4/);
    return true;
  });
  assert.equal(settings.current, before);
});

Deno.test("D-34 onChange() listeners get both documents, also when nothing changed", async () => {
  const settings = holder();
  let changes = 0;
  settings.onChange((now, before) => {
    if (now.cimConfig.lmaas.flush_timeout !== before.cimConfig.lmaas.flush_timeout) changes++;
  });
  await settings.apply(withFlush(30));
  assert.equal(changes, 0);
  await settings.apply(withFlush(29));
  assert.equal(changes, 1);
});

Deno.test("apply() rolls back for the listeners called so far when one throws", async () => {
  const settings = holder();
  const before = settings.current;
  const seen: number[] = [];
  settings.onChange((now) => void seen.push(now.cimConfig.lmaas.flush_timeout));
  settings.onChange((now) => {
    if (now.cimConfig.lmaas.flush_timeout === 5) throw new Error("no room");
  });
  await assert.rejects(settings.apply(withFlush(5)), { code: "settings_not_applied" });
  assert.deepEqual(seen, [5, 30]);
  assert.equal(settings.current, before);
});

Deno.test("apply() does not run twice at a time", async () => {
  const settings = holder();
  const order: string[] = [];
  settings.onChange(async (now) => {
    const value = now.cimConfig.lmaas.flush_timeout;
    order.push(`begin ${value}`);
    await Promise.resolve();
    order.push(`end ${value}`);
  });
  await Promise.all([settings.apply(withFlush(5)), settings.apply(withFlush(6))]);
  assert.deepEqual(order, ["begin 5", "end 5", "begin 6", "end 6"]);
});

Deno.test("onChange() stops calling a listener that was disposed of", async () => {
  const settings = holder();
  let calls = 0;
  settings.onChange(() => void calls++)[Symbol.dispose]();
  await settings.apply(withFlush(5));
  assert.equal(calls, 0);
});
