/**
 * A simple model of the contract, which keeps its state at every revision, and random programs to run on the
 * model and on a real store.
 */
import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import {
  type ChangeBatch,
  compareKeys,
  type KeyValueStore,
  type Operation,
  textCodec,
} from "../../../core/keyvalue/mod.ts";

/** A step of a program. */
export type Step =
  | { kind: "put"; key: string; value: string; ttlMs?: number; ifAbsent?: boolean }
  | { kind: "delete"; key: string; prefix: boolean }
  | { kind: "txn"; guard: string; writes: { key: string; value: string | null }[] }
  | { kind: "pass"; ms: number };

interface Row {
  readonly value: string;
  readonly revision: number;
  readonly expiresAt: number;
}
type State = ReadonlyMap<string, Row>;

const key = fc.constantFrom("a", "a/1", "a/2", "a/\u{1F600}", "a/\uFF5E", "b", "b/1");
const value = fc.string({ maxLength: 3 });
const ttlMs = fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined });
const writes = fc.uniqueArray(
  fc.record({ key, value: fc.option(value) }),
  { minLength: 1, maxLength: 4, selector: (write) => write.key },
);

/** Random programs of up to 40 steps. */
export const programs: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("put" as const), key, value, ttlMs }) },
    fc.record({
      kind: fc.constant("put" as const),
      key,
      value,
      ifAbsent: fc.constant(true),
    }),
    fc.record({ kind: fc.constant("delete" as const), key, prefix: fc.boolean() }),
    fc.record({ kind: fc.constant("txn" as const), guard: key, writes }),
    fc.record({ kind: fc.constant("pass" as const), ms: fc.integer({ min: 1, max: 30 }) }),
  ),
  { maxLength: 40 },
);

/** The model: one map per revision. */
export class Model {
  readonly states: State[] = [new Map()];
  #now = 0;

  get current(): State {
    return this.states[this.states.length - 1];
  }

  get revision(): number {
    return this.states.length - 1;
  }

  run(step: Step): void {
    if (step.kind === "pass") {
      this.#pass(step.ms);
    } else if (step.kind === "put") {
      if (step.ifAbsent && this.current.has(step.key)) return;
      this.#write([{ key: step.key, value: step.value, ttlMs: step.ttlMs }]);
    } else if (step.kind === "delete") {
      const keys = [...this.current.keys()].filter((known) =>
        step.prefix ? known.startsWith(step.key) : known === step.key
      );
      this.#write(keys.map((known) => ({ key: known, value: null })));
    } else if (this.current.has(step.guard)) {
      this.#write(step.writes);
    }
  }

  #pass(ms: number): void {
    const until = this.#now + ms;
    while (true) {
      const due = [...this.current].filter(([, { expiresAt }]) => expiresAt <= until);
      if (due.length === 0) break;
      const first = Math.min(...due.map(([, { expiresAt }]) => expiresAt));
      this.#now = first;
      const gone = due.filter(([, { expiresAt }]) => expiresAt === first);
      this.#write(gone.map(([known]) => ({ key: known, value: null })));
    }
    this.#now = until;
  }

  #write(writes: { key: string; value: string | null; ttlMs?: number }[]): void {
    const next = new Map(this.current);
    let changed = false;
    for (const { key, value, ttlMs = Infinity } of writes) {
      if (value === null) {
        changed = next.delete(key) || changed;
      } else {
        next.set(key, { value, revision: this.revision + 1, expiresAt: this.#now + ttlMs });
        changed = true;
      }
    }
    if (changed) this.states.push(next);
  }
}

/** Runs a step against a store. */
export async function apply(
  store: KeyValueStore,
  step: Step,
  advance: (ms: number) => Promise<void>,
): Promise<void> {
  if (step.kind === "pass") {
    await advance(step.ms);
  } else if (step.kind === "put") {
    const { ttlMs, ifAbsent } = step;
    await store.put(step.key, textCodec.encode(step.value), { ttlMs, ifAbsent });
  } else if (step.kind === "delete") {
    await store.delete(step.key, { prefix: step.prefix });
  } else {
    const operations = step.writes.map(({ key, value }): Operation =>
      value === null
        ? { type: "delete", key }
        : { type: "put", key, value: textCodec.encode(value) }
    );
    await store.txn({ conditions: [{ key: step.guard, exists: true }], operations });
  }
}

/** Asserts that the lists at every revision, and a watch from the first one, match the model. */
export async function assertSame(
  store: KeyValueStore,
  watched: readonly ChangeBatch[],
  model: Model,
): Promise<void> {
  assert.equal(await store.revision(), model.revision);
  for (let revision = 1; revision <= model.revision; revision++) {
    for (const prefix of ["", "a/"]) {
      const entries = await Array.fromAsync(store.list(prefix, { revision, pageSize: 2 }));
      assert.deepEqual(
        entries.map((entry) => [entry.key, textCodec.decode(entry.value), entry.revision]),
        rows(model.states[revision], prefix),
        `revision ${revision}, prefix "${prefix}"`,
      );
    }
  }
  const replayed = new Map<string, string>();
  assert.deepEqual(
    watched.map(({ revision }) => revision),
    model.states.slice(1).map((_, i) => i + 1),
  );
  for (const { revision, changes } of watched) {
    for (const change of changes) {
      const key = change.type === "put" ? change.entry.key : change.key;
      const previous = change.previous && textCodec.decode(change.previous.value);
      assert.equal(previous, replayed.get(key), `what was at "${key}" before revision ${revision}`);
      if (change.type === "delete") replayed.delete(key);
      else replayed.set(key, textCodec.decode(change.entry.value));
    }
    const wanted = rows(model.states[revision], "").map(([key, value]) => [key, value]);
    assert.deepEqual([...replayed].sort(([a], [b]) => compareKeys(a, b)), wanted);
  }
}

function rows(state: State, prefix: string): [string, string, number][] {
  return [...state]
    .filter(([key]) => key.startsWith(prefix))
    .sort(([a], [b]) => compareKeys(a, b))
    .map(([key, { value, revision }]) => [key, value, revision]);
}
