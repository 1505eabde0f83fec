/** Copying, comparing and finding by bytes, checked against simple implementations. */
import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { fileBase } from "../../cim/logs/file/mod.ts";
import { NameTable } from "../../cim/logs/file/_name_table.ts";
import { copyBytes, LogMessageView, sameBytes } from "../../cim/wire/mod.ts";
import { buildLogMessage } from "../_support/wire_messages.ts";

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

Deno.test("copyBytes() copies exactly the run, for every length and alignment", () => {
  const lengths = fc.oneof(fc.nat(40), fc.integer({ min: 440, max: 460 }), fc.nat(2_000));
  fc.assert(fc.property(lengths, fc.nat(9), fc.nat(9), (length, from, to) => {
    const source = Uint8Array.from({ length: length + 20 }, (_, i) => (i * 37 + 11) & 255);
    const bytes = new Uint8Array(length + 20).fill(0xee);
    const target = { bytes, data: view(bytes) };
    const end = copyBytes(source, view(source), from, from + length, target, to);
    const expected = new Uint8Array(length + 20).fill(0xee);
    expected.set(source.subarray(from, from + length), to);
    assert.equal(end, to + length);
    assert.deepEqual(bytes, expected);
  }));
});

Deno.test("copyBytes() keeps the bytes of a NaN", () => {
  const source = new Uint8Array(64).fill(0xff);
  source[6] = 0xf1;
  const bytes = new Uint8Array(64);
  copyBytes(source, view(source), 0, 64, { bytes, data: view(bytes) }, 0);
  assert.deepEqual(bytes, source);
});

Deno.test("sameBytes() agrees with comparing one by one", () => {
  const run = fc.uint8Array({ maxLength: 12, max: 2 });
  fc.assert(
    fc.property(run, run, fc.nat(3), fc.nat(3), (a, b, aStart, bStart) => {
      const length = Math.max(0, Math.min(a.length - aStart, b.length - bStart));
      const expected = a.slice(aStart, aStart + length).toHex() ===
        b.slice(bStart, bStart + length).toHex();
      assert.equal(sameBytes(view(a), aStart, view(b), bStart, length), expected);
    }),
    { numRuns: 5_000 },
  );
});

Deno.test("NameTable finds what a map by name and id finds, for any additions and removals", () => {
  const word = fc.string({ maxLength: 3, unit: fc.constantFrom("a", "b", "1") });
  const step = fc.record({ name: word, id: word, remove: fc.boolean() });
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const table = new NameTable<{ key: string }>();
    const model = new Map<string, { key: string }>();
    for (const { name, id, remove } of steps) {
      const key = JSON.stringify([name, id]);
      const bytes = buildLogMessage({ containerId: id, containerName: name, payload: "x" });
      const message = new LogMessageView();
      assert.equal(message.read(bytes, 0, bytes.length), undefined);
      const found = table.find(message);
      assert.equal(found, model.get(key));
      if (found === undefined) {
        const value = { key };
        table.add(message, value);
        model.set(key, value);
      } else if (remove) {
        table.remove(found);
        model.delete(key);
      }
      assert.equal(table.size, model.size);
    }
  }));
});

Deno.test("D-65 fileBase() gives any two containers different, safe, short names", () => {
  const owner = { podName: "pod", namespace: "ns" };
  const unsafe = fc.array(fc.constantFrom("a", "_", "-", "/", "..", "\0", "\n", "~", "é"), {
    maxLength: 6,
  }).map((parts) => parts.join(""));
  const name = fc.oneof(unsafe, fc.string({ unit: "binary", maxLength: 300 }));
  const bytes = name.map((text) => new TextEncoder().encode(text));
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      const [first, second] = [a, b].map((name) => fileBase(owner, name, new Uint8Array(0)));
      if (a.toHex() !== b.toHex()) assert.notEqual(first, second);
      // deno-lint-ignore no-control-regex -- control characters are what must not be there
      assert.doesNotMatch(first, /[/\\\u0000-\u001f]|\.\./);
      assert.ok(new TextEncoder().encode(first).length <= 220);
    }),
    { numRuns: 2_000 },
  );
});
