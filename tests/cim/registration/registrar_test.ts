import assert from "node:assert/strict";
import { memoryStore, textCodec } from "../../../core/mod.ts";
import { recordingLogs } from "../../../core/testing/mod.ts";
import { Registrar } from "../../../cim/registration/registrar.ts";
import { checkSettings, defaultSettings, SettingsHolder } from "../../../cim/settings/mod.ts";

/** No ConfigMap: overrides take effect. */
const configMap = { register: (override: () => Promise<void>) => override() };

function setUp() {
  const logs = recordingLogs();
  const log = logs.registry.logger("registration");
  const state = memoryStore();
  const initial = checkSettings(defaultSettings()).settings;
  const settings = new SettingsHolder(initial, "shipped", log);
  const registrar = new Registrar({ settings, state, configMap, log });
  return { logs, state, settings, registrar };
}

const request = {
  containerName: "amf",
  containerId: "c1",
  overrides: { lmaas: undefined, app_settings: undefined },
};

Deno.test("a registration that cannot be stored is logged and accepted", async () => {
  const { registrar, state, logs } = setUp();
  await state.close();
  await registrar.register(request);
  assert.deepEqual(registrar.current, { containerName: "amf", containerId: "c1" });
  assert.match(logs.messages("error")[0], /^Cannot store the registration/);
});

for (const text of ["{", "null", '{"containerName":1,"containerId":""}']) {
  Deno.test(`restore() logs state ${text} and waits for a new registration`, async () => {
    const { registrar, state, logs } = setUp();
    await state.put("registration", textCodec.encode(text));
    await registrar.restore();
    assert.equal(registrar.current, undefined);
    assert.match(logs.messages("warn")[0], /^Cannot restore the registration/);
  });
}

Deno.test("restore() restores the registration of a previous run without calling listeners", async () => {
  const { registrar, state, settings, logs } = setUp();
  await registrar.register(request);
  const log = logs.registry.logger("registration");
  const next = new Registrar({ settings, state, configMap, log });
  using _listener = next.onRegister(() => assert.fail("called"));
  await next.restore();
  assert.deepEqual(next.current, { containerName: "amf", containerId: "c1" });
});

Deno.test("listeners are called in order and the answer waits for them", async () => {
  const { registrar } = setUp();
  const order: string[] = [];
  registrar.onRegister(async () => {
    await Promise.resolve();
    order.push("first");
  });
  registrar.onRegister(() => void order.push("second"));
  await registrar.register(request);
  assert.deepEqual(order, ["first", "second"]);
});
