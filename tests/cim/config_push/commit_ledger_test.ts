import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import type { ChangeSetKey, Level } from "../../../cim/config_keys/mod.ts";
import { CommitLedger } from "../../../cim/config_push/commit_ledger.ts";
import type { Outcome } from "../../../cim/config_push/change_record.ts";

const none = { nf: "", ms: "" };

function change(revision: number, dataKey = "amf.json", level: Level = "ms"): ChangeSetKey {
  return { key: "k", level, dataKey, revision };
}

Deno.test("answer() commits the revision, -2, -1 or nothing", () => {
  const ledger = new CommitLedger(none);
  assert.equal(ledger.answer(change(1), "applied"), "1");
  assert.equal(ledger.answer(change(2), "unused"), "-2");
  assert.equal(ledger.answer(change(3), "failed"), "-1");
  assert.equal(ledger.answer(change(4), "timed_out"), undefined);
});

Deno.test("D-21 answer() never lowers what is committed", () => {
  const ledger = new CommitLedger(none);
  assert.equal(ledger.answer(change(5), "unused"), "-2");
  assert.equal(ledger.answer(change(4), "applied"), undefined);
  assert.equal(ledger.answer(change(4), "unused"), undefined);
  assert.equal(ledger.answer(change(5), "applied"), "5");
});

Deno.test("answer() keeps levels apart and files of a level together", () => {
  const ledger = new CommitLedger(none);
  ledger.answer(change(5, "a.json", "ms"), "applied");
  assert.equal(ledger.answer(change(4, "b.json", "ms"), "applied"), undefined);
  assert.equal(ledger.answer(change(4, "b.json", "nf"), "applied"), "4");
});

Deno.test("settledBefore() gives the baseline or the answer of the file as reason", () => {
  const ledger = new CommitLedger({ ms: "3", nf: "" });
  assert.match(ledger.settledBefore(change(3)) ?? "", /started with revision 3/);
  assert.equal(ledger.settledBefore(change(4)), undefined);
  ledger.answer(change(5), "failed");
  assert.match(ledger.settledBefore(change(4)) ?? "", /revision 5 has been answered/);
  assert.equal(ledger.settledBefore(change(4, "other.json")), undefined);
  assert.equal(ledger.settledBefore(change(1, "a.json", "nf")), undefined);
});

Deno.test("restore() continues with the answers of the previous run", () => {
  const before = new CommitLedger({ ms: "3", nf: "" });
  before.answer(change(5), "applied");
  const after = new CommitLedger({ ms: "3", nf: "" });
  assert.deepEqual(after.restore(before.snapshot()), []);
  assert.notEqual(after.settledBefore(change(5)), undefined);
  assert.equal(after.answer(change(4, "b.json"), "applied"), undefined);
});

Deno.test("restore() drops a level whose revisions were reset", () => {
  const before = new CommitLedger({ ms: "8", nf: "4" });
  before.answer(change(9), "applied");
  before.answer(change(5, "amf.json", "nf"), "applied");
  const after = new CommitLedger({ ms: "0", nf: "4" });
  assert.deepEqual(after.restore(before.snapshot()), ["ms"]);
  assert.equal(after.settledBefore(change(1)), undefined);
  assert.equal(after.answer(change(1), "applied"), "1");
  assert.notEqual(after.settledBefore(change(5, "amf.json", "nf")), undefined);
});

Deno.test("restore() keeps answers when the container restarts with its old revision", () => {
  const before = new CommitLedger({ ms: "7", nf: "" });
  before.answer(change(9), "applied");
  const after = new CommitLedger({ ms: "7", nf: "" });
  assert.deepEqual(after.restore(before.snapshot()), []);
  assert.notEqual(after.settledBefore(change(9)), undefined);
});

Deno.test("the ledger remembers at most 1,024 files", () => {
  const ledger = new CommitLedger(none);
  for (let i = 0; i < 2_000; i++) ledger.answer(change(1, `${i}.json`), "applied");
  assert.equal(Object.keys(ledger.snapshot().answered).length, 1_024);
});

Deno.test("in any order of answers, a positive commit is the highest answered so far", () => {
  const answers = fc.array(
    fc.tuple(
      fc.integer({ min: 0, max: 20 }),
      fc.constantFrom<Outcome>("applied", "unused", "failed", "timed_out"),
    ),
    { maxLength: 50 },
  );
  fc.assert(fc.property(answers, (sequence) => {
    const ledger = new CommitLedger(none);
    let highest = -1;
    for (const [revision, outcome] of sequence) {
      const commit = ledger.answer(change(revision), outcome);
      if (outcome === "failed") assert.equal(commit, "-1");
      if (outcome === "timed_out") {
        assert.equal(commit, undefined);
        continue;
      }
      if (commit !== undefined && commit !== "-1") assert(revision >= highest);
      highest = Math.max(highest, revision);
    }
  }));
});
