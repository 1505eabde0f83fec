import assert from "node:assert/strict";
import { substituteYang, yangTemplate } from "../../../cim/config_map/mod.ts";
import { settingsSections } from "../../../cim/settings/mod.ts";

const identifier = /^[A-Za-z_][A-Za-z0-9_.-]*$/;

Deno.test("D-39 module, namespace and prefix are valid after the substitution", () => {
  for (const [nfId, microservice] of [["nf1", "amf"], ['n"f/1', "a mf"], ["", "amf"]]) {
    const text = substituteYang(yangTemplate(), { nfId, microservice });
    const [, module] = /^module (\S+) \{$/m.exec(text)!;
    const [, namespace] = /^ {2}namespace "([^"]+)";$/m.exec(text)!;
    const [, prefix] = /^ {2}prefix (\S+);$/m.exec(text)!;
    assert.match(module, identifier);
    assert.match(prefix, identifier);
    assert(URL.canParse(namespace), namespace);
    assert.doesNotMatch(text, /\{\{|\}\}/);
    assert.equal(text.split("{").length, text.split("}").length);
    // Quotes only around whole strings.
    for (const line of text.split("\n")) assert.match(line, /^[^"]*("[^"]*"[^"]*)*$/);
  }
  const text = substituteYang(yangTemplate(), { nfId: "nf1", microservice: "amf" });
  assert.match(text, /^module cim-nf1-amf \{$/m);
});

Deno.test("yangTemplate() has each member of cim.json with its range, all mandatory", () => {
  const text = yangTemplate();
  const leaves = [...text.matchAll(/leaf (\w+) \{\n\s+type ([^\n]+)\n\s+mandatory true;/g)]
    .map(([, name, type]) => [name, type]);
  const names = Object.values(settingsSections).flatMap((fields) => Object.keys(fields));
  assert.deepEqual(leaves.map(([name]) => name), names);
  const types = Object.fromEntries(leaves);
  assert.equal(types.flush_timeout, 'int32 { range "5..30"; }');
  assert.equal(types.http2_enabled, "boolean;");
  assert.equal(
    types.logging_mode,
    "enumeration { enum FILE; enum TCP; enum KAFKA; enum STDOUT; enum FILEANDSTDOUT; }",
  );
});
