import assert from "node:assert/strict";
import { backupName, backupTime, fileBase, hashedBase } from "../../../../cim/logs/file/mod.ts";

const owner = { podName: "amf-0", namespace: "ns1" };

function base(name: string | Uint8Array, id: string | Uint8Array = "c1"): string {
  const bytes = (value: string | Uint8Array) =>
    typeof value === "string" ? new TextEncoder().encode(value) : value;
  return fileBase(owner, bytes(name), bytes(id));
}

Deno.test("fileBase() returns the names of the contract", () => {
  assert.deepEqual([base("amf"), base("amf", ""), base("cmaas", "null")], [
    "amf-0_ns1_amf-c1",
    "amf-0_ns1_amf-",
    "amf-0_ns1_cmaas-null",
  ]);
});

for (
  const [what, name] of [
    ["a path out of the folder", "../../etc/passwd"],
    ["an absolute path", "/etc/passwd"],
    ["two dots", ".."],
    ["a NUL", "a\0b"],
    ["control characters", "a\r\n\x1b[31mb\x85"],
    ["a backslash", "a\\b"],
    ["4 KiB", "x".repeat(4_096)],
    ["4 KiB of three-byte characters", "€".repeat(1_365)],
    ["invalid UTF-8", Uint8Array.of(0xff, 0xfe)],
  ] as const
) {
  Deno.test(`D-65 fileBase() returns a harmless name for a container name with ${what}`, () => {
    const result = base(name);
    // deno-lint-ignore no-control-regex -- control characters are what must not be there
    assert.doesNotMatch(result, /[/\\\u0000-\u001f\u007f-\u009f]|\.\./);
    assert.ok(new TextEncoder().encode(result).length <= 220);
    assert.match(result, /^amf-0_ns1_.*~[0-9a-f]{12}$/u);
  });
}

Deno.test("D-65 fileBase() returns different names for containers that are equal when sanitised or shortened", () => {
  const long = "x".repeat(4_095);
  const names = ["a/b", "a\0b", "a_b", "a\\b", `${long}y`, `${long}z`, Uint8Array.of(0x61, 0xff)];
  assert.equal(new Set(names.map((name) => base(name))).size, names.length);
});

Deno.test("D-65 fileBase() shortens a long id too, and returns different names for different ids", () => {
  const ids = [`${"i".repeat(300)}1`, `${"i".repeat(300)}2`, "../1", "../2"];
  assert.equal(new Set(ids.map((id) => base("amf", id))).size, ids.length);
});

Deno.test("backupName() contains the UTC time that backupTime() reads", () => {
  const time = Date.UTC(2026, 0, 31, 12, 34, 56, 789);
  const name = backupName("amf-0_ns1_amf-c1", time);
  assert.equal(name, "amf-0_ns1_amf-c1-2026-01-31T12-34-56.789.log_bkp");
  assert.equal(backupTime("amf-0_ns1_amf-c1", name), time);
});

Deno.test("backupTime() is undefined for files that are not backups of that file", () => {
  const names = [
    "a.log",
    "a-2026-01-31T12-34-56.789.log",
    "a-b-2026-01-31T12-34-56.789.log_bkp",
    "a-2026-99-99T12-34-56.789.log_bkp",
    "b-2026-01-31T12-34-56.789.log_bkp",
  ];
  assert.deepEqual(names.map((name) => backupTime("a", name)), names.map(() => undefined));
});

Deno.test("fileBase() lets no container choose the name that another one got by hashing", () => {
  const taken = base("a/b");
  const prefix = "amf-0_ns1_";
  const [name, id] = [
    taken.slice(prefix.length, -"-c1~0123456789ab".length),
    `c1${taken.slice(-13)}`,
  ];
  assert.equal(`${prefix}${name}-${id}`, taken);
  assert.notEqual(base(name, id), taken);
  assert.match(base("a~b"), /~[0-9a-f]{12}$/);
});

Deno.test("hashedBase() differs from the plain name of every container", () => {
  const [name, id] = ["cim", "c1"].map((text) => new TextEncoder().encode(text));
  const hashed = hashedBase(owner, name, id);
  assert.match(hashed, /^amf-0_ns1_cim-c1~[0-9a-f]{12}$/);
  assert.notEqual(base("cim", hashed.slice("amf-0_ns1_cim-".length)), hashed);
});
