import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { definePlugin, type Plugin, startOrder, token } from "../../../core/plugin/mod.ts";

const [a, b, c] = [token("a"), token("b"), token("c")];

function plugin(name: string, spec: Partial<Plugin> = {}): Plugin {
  return definePlugin({ name, init() {}, ...spec as Pick<Plugin, "requires"> });
}

function namesOf(plugins: readonly Plugin[]): string[] {
  return startOrder(plugins).map(({ name }) => name);
}

Deno.test("startOrder() keeps the order of registration where no dependency changes it", () => {
  assert.deepEqual(namesOf([plugin("c"), plugin("a"), plugin("b")]), ["c", "a", "b"]);
});

Deno.test("T-AGENT startOrder() puts dependencies first, the deepest before all", () => {
  const order = namesOf([
    plugin("top", { requires: [b] }),
    plugin("middle", { requires: [a], provides: [b] }),
    plugin("other"),
    plugin("bottom", { provides: [a] }),
  ]);
  assert.deepEqual(order, ["bottom", "middle", "top", "other"]);
});

Deno.test("startOrder() puts a plugin after the optional ones that are there", () => {
  const user = plugin("user", { optional: [a, b] });
  assert.deepEqual(namesOf([user, plugin("provider", { provides: [a] })]), ["provider", "user"]);
});

Deno.test("startOrder() shows a cycle of any length with its path", () => {
  const circle = [
    plugin("outside", { requires: [a] }),
    plugin("one", { requires: [b], provides: [a] }),
    plugin("two", { optional: [c], provides: [b] }),
    plugin("three", { requires: [a], provides: [c] }),
  ];
  assert.throws(() => startOrder(circle), {
    code: "plugin_cycle",
    message: "Cannot order plugins: one -> two -> three -> one",
  });
  assert.throws(() => startOrder([plugin("self", { requires: [a], provides: [a] })]), {
    message: "Cannot order plugins: self -> self",
  });
});

Deno.test("startOrder() shows a gap with the path that leads to it", () => {
  const plugins = [
    plugin("app", { requires: [a] }),
    plugin("store", { requires: [b], provides: [a] }),
  ];
  assert.throws(() => startOrder(plugins), {
    code: "plugin_gap",
    message: 'Cannot start app -> store: no plugin provides "b", which store requires; ' +
      "add a plugin that provides it",
  });
});

Deno.test("startOrder() takes built-in tokens as provided and refuses plugins that provide them", () => {
  const builtIn = new Set([a]);
  assert.equal(startOrder([plugin("user", { requires: [a] })], builtIn).length, 1);
  assert.throws(() => startOrder([plugin("impostor", { provides: [a] })], builtIn), {
    code: "plugin_duplicate",
    message: 'Cannot register plugin "impostor": "a" is provided by the agent',
  });
});

Deno.test("startOrder() refuses two plugins of one name and two providers of one token", () => {
  assert.throws(() => startOrder([plugin("x"), plugin("x")]), { code: "plugin_duplicate" });
  assert.throws(
    () => startOrder([plugin("x", { provides: [a] }), plugin("y", { provides: [a] })]),
    { code: "plugin_duplicate", message: 'Cannot register plugin "y": "a" is provided by x' },
  );
});

Deno.test("startOrder() puts every plugin after all it requires, for any graph without cycles", () => {
  fc.assert(fc.property(
    fc.array(fc.array(fc.nat({ max: 20 }), { maxLength: 4 }), { maxLength: 20 }),
    fc.func(fc.nat()),
    (edges, rank) => {
      const tokens = edges.map((_, index) => token(`t${index}`));
      const plugins = edges.map((targets, index) =>
        plugin(`p${index}`, {
          provides: [tokens[index]],
          requires: targets.filter((target) => target < index).map((target) => tokens[target]),
        })
      );
      const shuffled = plugins.toSorted((x, y) => rank(x.name) - rank(y.name));
      const ordered = startOrder(shuffled);
      assert.equal(ordered.length, plugins.length);
      const provided = new Set<unknown>();
      for (const { requires, provides } of ordered) {
        for (const required of requires) assert(provided.has(required));
        for (const offered of provides) provided.add(offered);
      }
    },
  ));
});

Deno.test("startOrder() names the factory that provides what is missing", () => {
  const web = token("web", { providedBy: "http()" });
  assert.throws(() => startOrder([plugin("app", { requires: [web] })]), {
    code: "plugin_gap",
    message: 'Cannot start app: no plugin provides "web", which app requires; add http()',
  });
});
