import assert from "node:assert/strict";
import {
  domainComponents,
  goText,
  isReorderedName,
  isSameName,
  parseName,
} from "../../../../plugins/nats_server/security/distinguished_name.ts";

/** The name of a text that is one. */
function name(text: string) {
  const found = parseName(text);
  assert.ok(found, text);
  return found;
}

Deno.test("parseName() reads types, values, escapes and parts with several attributes", () => {
  assert.deepEqual(parseName("CN=app+OU=x, O=A\\, B\\+C,2.5.4.6=DE"), [
    [{ type: "CN", value: "app" }, { type: "OU", value: "x" }],
    [{ type: "O", value: "A, B+C" }],
    [{ type: "2.5.4.6", value: "DE" }],
  ]);
  assert.deepEqual(parseName("CN=M\\C3\\BCller  "), [[{ type: "CN", value: "Müller" }]]);
  assert.deepEqual(parseName("CN=end\\ "), [[{ type: "CN", value: "end " }]]);
});

for (const text of ["", "app", "CN", "CN=a,", "CN=a;O=b\\", "=a", "CN=#0401", "a@b.example"]) {
  Deno.test(`parseName() returns null for ${JSON.stringify(text)}`, () => {
    assert.equal(parseName(text), null);
  });
}

Deno.test("parseName() ends soon for a long text with many escapes", () => {
  assert.equal(parseName(`CN=${"\\41".repeat(100_000)}`)?.[0][0].value.length, 100_000);
  assert.equal(parseName("CN=a+".repeat(50_000)), null);
});

Deno.test("goText() writes the attributes in Go's order and escapes what separates", () => {
  assert.equal(goText(name("O=Tests,CN=a\\,b,OU=x,DC=example")), "CN=a\\,b,OU=x,O=Tests");
  assert.equal(goText(name("CN=a,CN=b")), "CN=a");
});

Deno.test("domainComponents() joins the components, least specific first", () => {
  assert.equal(domainComponents(name("CN=a,DC=b,DC=example")), "DC=example,DC=b");
});

Deno.test("names are compared without the case of types, with that of values", () => {
  assert.ok(isSameName(name("cn=a,o=b"), name("CN=a,O=b")));
  assert.ok(!isSameName(name("CN=A,O=b"), name("CN=a,O=b")));
  assert.ok(!isSameName(name("O=b,CN=a"), name("CN=a,O=b")));
  assert.ok(isReorderedName(name("O=b,CN=a"), name("CN=a,O=b")));
  assert.ok(!isReorderedName(name("O=b,O=b"), name("CN=a,O=b")));
  assert.ok(!isReorderedName(name("CN=a"), name("CN=a,O=b")));
});
