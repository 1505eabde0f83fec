import assert from "node:assert/strict";
import { ServiceLabel } from "../../../plugins/service_label/mod.ts";

Deno.test("ServiceLabel has the key prefixes of cn-infra", () => {
  const label = new ServiceLabel("gateway-1");
  assert.equal(label.prefix, "/vnf-agent/gateway-1/");
  assert.equal(label.root, "/vnf-agent/");
  assert.equal(label.of("other.2").prefix, "/vnf-agent/other.2/");
});

Deno.test("D-SL-1 ServiceLabel throws when the label is not a single key segment", () => {
  for (
    const name of ["", " ", "a/b", "../a", ".", "..", "-a", "a b", "ä", "a".repeat(254), "a\n"]
  ) {
    assert.throws(() => new ServiceLabel(name), RangeError, JSON.stringify(name));
    assert.throws(() => new ServiceLabel("a").of(name), RangeError, JSON.stringify(name));
  }
  assert.equal(new ServiceLabel("a".repeat(253)).name.length, 253);
});

Deno.test("D-SL-1 ServiceLabel accepts another root and throws when it lacks the slashes", () => {
  assert.equal(new ServiceLabel("a", { root: "/my/agents/" }).prefix, "/my/agents/a/");
  assert.equal(new ServiceLabel("a", { root: "/" }).prefix, "/a/");
  for (const root of ["", "agents/", "/agents", "/a\n/b"]) {
    assert.throws(() => new ServiceLabel("a", { root }), { message: /begin and end with a slash/ });
  }
});

Deno.test("ownerOf() returns the label of the agent that owns a key", () => {
  const label = new ServiceLabel("a");
  assert.equal(label.ownerOf("/vnf-agent/b/config/x"), "b");
  assert.equal(label.ownerOf("/vnf-agent/b"), undefined);
  assert.equal(label.ownerOf("/vnf-agent//x"), undefined);
  assert.equal(label.ownerOf("/other/b/x"), undefined);
});
