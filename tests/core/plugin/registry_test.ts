import assert from "node:assert/strict";
import { definePlugin, type Plugin, registry } from "../../../core/plugin/mod.ts";

const plugin = (name: string): Plugin => definePlugin({ name, init() {} });
const [one, two, three] = ["one", "two", "three"].map(plugin);

Deno.test("a registry collects plugins and presets in order", () => {
  const plugins = registry(one, [two]).add([three]);
  assert.deepEqual([...plugins], [one, two, three]);
  assert.deepEqual(plugins.plugins, [one, two, three]);
});

Deno.test("add() takes the same plugin twice and lists it once", () => {
  assert.deepEqual(registry(one, [two, one]).plugins, [one, two]);
});

Deno.test("add() refuses another plugin of the same name, and names the remedy", () => {
  assert.throws(() => registry(one, plugin("one")), {
    code: "plugin_duplicate",
    message: /"one": the name is taken; rename it, or call replace\(\)/,
  });
});

Deno.test("replace() replaces the plugin of the same name", () => {
  const other = plugin("one");
  assert.deepEqual(registry(one, two).replace(other).plugins, [other, two]);
  assert.throws(() => registry(two).replace(other), TypeError);
});
