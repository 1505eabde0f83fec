import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { Sublist, type SublistEntry } from "../../../../plugins/nats_server/subjects/sublist.ts";

interface Entry extends SublistEntry {
  readonly id: number;
}

function entry(id: number, subject: string, queue: string | null = null): Entry {
  return { id, subject, queue, slot: 0 };
}

/** Matches token by token, as an oracle. */
function matches(pattern: string[], subject: string[]): boolean {
  if (pattern.length === 0) return subject.length === 0;
  if (pattern[0] === ">") return subject.length > 0;
  return subject.length > 0 && (pattern[0] === "*" || pattern[0] === subject[0]) &&
    matches(pattern.slice(1), subject.slice(1));
}

function random(seed: number): () => number {
  return () => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0) / 2 ** 32;
}

Deno.test("Sublist finds the same as a linear search, over 100,000 random operations", () => {
  const roll = random(20_260_101);
  const pick = <T>(from: readonly T[]) => from[Math.floor(roll() * from.length)];
  const sublist = new Sublist<Entry>();
  const model = new Map<number, Entry>();
  for (let operation = 0; operation < 100_000; operation++) {
    const tokens = Array.from(
      { length: 1 + Math.floor(roll() * 4) },
      () => pick(["a", "b", "c", "*"]),
    );
    const subject = [...tokens, ...(roll() < 0.2 ? [">"] : [])].join(".");
    const dice = roll();
    if (dice < 0.4 && model.size < 300) {
      const added = entry(operation, subject, roll() < 0.3 ? pick(["q", "r"]) : null);
      assert.ok(sublist.insert(added));
      model.set(added.id, added);
    } else if (dice < 0.75 && model.size > 0) {
      const removed = pick([...model.values()]);
      assert.ok(sublist.remove(removed));
      assert.ok(!sublist.remove(removed), "removed twice");
      model.delete(removed.id);
    } else {
      const literal = tokens.map((token) => token === "*" ? "x" : token);
      const expected = [...model.values()].filter((one) =>
        matches(one.subject.split("."), literal)
      );
      const { plain, groups } = sublist.match(literal.join("."));
      assert.deepEqual(ids(plain), ids(expected.filter(({ queue }) => queue === null)));
      for (const queue of ["q", "r"]) {
        const members = groups.filter((group) => group[0].queue === queue);
        assert.ok(members.length <= 1);
        assert.deepEqual(ids(members.flat()), ids(expected.filter((one) => one.queue === queue)));
      }
    }
    assert.equal(sublist.size, model.size);
  }
  for (const one of model.values()) assert.ok(sublist.remove(one));
  assert.deepEqual(sublist.match("a"), { plain: [], groups: [] });
  assert.equal(sublist.size, 0);
});

function ids(entries: readonly Entry[]): number[] {
  return entries.map(({ id }) => id).sort((a, b) => a - b);
}

for (const subject of ["", ".", "a.", ".a", "a..b", "a.>.b", ">.a"]) {
  Deno.test(`Sublist refuses the malformed subject ${JSON.stringify(subject)}`, () => {
    const sublist = new Sublist<Entry>();
    assert.equal(sublist.insert(entry(1, subject)), false);
    assert.equal(sublist.size, 0);
  });
}

Deno.test("Sublist matches nothing when a token is empty", () => {
  const sublist = new Sublist<Entry>();
  sublist.insert(entry(1, ">"));
  for (const subject of ["", ".", "a.", ".a", "a..b"]) {
    assert.equal(sublist.match(subject).plain.length, 0, subject);
  }
});

Deno.test("Sublist treats wildcards in a published subject as plain tokens", () => {
  const sublist = new Sublist<Entry>();
  sublist.insert(entry(1, "a.b"));
  sublist.insert(entry(2, "a.*"));
  assert.deepEqual(ids(sublist.match("a.*").plain), [2]);
});

Deno.test("Sublist increments its generation with each change and with no match", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("insert", "remove", "match"), { maxLength: 50 }),
      (steps) => {
        const sublist = new Sublist<Entry>();
        const held: Entry[] = [];
        for (const step of steps) {
          const before = sublist.generation;
          if (step === "insert") {
            held.push(entry(held.length, "a.b"));
            sublist.insert(held.at(-1)!);
            assert.equal(sublist.generation, before + 1);
          } else if (step === "remove" && held.length > 0) {
            sublist.remove(held.pop()!);
            assert.equal(sublist.generation, before + 1);
          } else {
            sublist.match("a.b");
            assert.equal(sublist.generation, before);
          }
        }
      },
    ),
  );
});

Deno.test("Sublist matches many queue groups in linear time, also when several patterns share them", () => {
  const sublist = new Sublist<SublistEntry>();
  const count = 60_000;
  for (let i = 0; i < count; i++) {
    sublist.insert({ subject: "a.b", queue: `q${i}`, slot: 0 });
    sublist.insert({ subject: "a.*", queue: `q${i}`, slot: 0 });
  }
  const start = performance.now();
  const { groups } = sublist.match("a.b");
  // A quadratic search takes more than ten seconds here.
  assert.ok(performance.now() - start < 2_000);
  assert.equal(groups.length, count);
  assert.ok(groups.every((members) => members.length === 2));
});
