import assert from "node:assert/strict";
import { definePlugin, token } from "../../../core/plugin/mod.ts";

Deno.test("definePlugin() freezes the plugin and fills in what was left out", () => {
  const plugin = definePlugin({ name: "a", init() {} });
  assert(Object.isFrozen(plugin));
  assert(Object.isFrozen(plugin.requires));
  assert.deepEqual(
    [plugin.section, plugin.requires, plugin.optional, plugin.provides, plugin.config],
    ["a", [], [], [], {}],
  );
  assert.equal(plugin.fatal, false);
  assert.equal(plugin.close, undefined);
});

Deno.test("definePlugin() copies the lists, so that changing them later changes nothing", () => {
  const requires = [token("a")];
  const plugin = definePlugin({ name: "a", requires, init() {} });
  requires.push(token("b"));
  assert.equal(plugin.requires.length, 1);
});

for (const name of ["", "A", "1a", "a b", "a.b", "ä", "_a"]) {
  Deno.test(`definePlugin() refuses the name "${name}"`, () => {
    assert.throws(() => definePlugin({ name, init() {} }), TypeError);
  });
}

Deno.test("two tokens of one name are two tokens", () => {
  assert.notEqual(token("a"), token("a"));
  assert(Object.isFrozen(token("a")));
});
