import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import type { ChangeSetKey, Level } from "../../../cim/config_keys/mod.ts";
import { CommitLedger } from "../../../cim/config_push/commit_ledger.ts";
import type { Outcome } from "../../../cim/config_push/change_record.ts";

const none = { nf: "", ms: "" };

function change(revision: number, dataKey = "amf.json", level: Level = "ms"): ChangeSetKey {
  return { key: "k", level, dataKey, revision };
}

/** The answer of the application; a timeout is the agent's own verdict. */
function answer(ledger: CommitLedger, of: ChangeSetKey, outcome: Outcome): string | undefined {
  return ledger.answer(of, { outcome, isConfirmed: outcome !== "timed_out" });
}

Deno.test("answer() commits the revision, -2, -1 or nothing", () => {
  const ledger = new CommitLedger(none);
  assert.equal(answer(ledger, change(1), "applied"), "1");
  assert.equal(answer(ledger, change(2), "unused"), "-2");
  assert.equal(answer(ledger, change(3), "failed"), "-1");
  assert.equal(answer(ledger, change(4), "timed_out"), undefined);
});

Deno.test("D-21 answer() never lowers what is committed", () => {
  const ledger = new CommitLedger(none);
  assert.equal(answer(ledger, change(5), "unused"), "-2");
  assert.equal(answer(ledger, change(4), "applied"), undefined);
  assert.equal(answer(ledger, change(4), "unused"), undefined);
  assert.equal(answer(ledger, change(5), "applied"), "5");
});

Deno.test("answer() keeps levels apart and files of a level together", () => {
  const ledger = new CommitLedger(none);
  answer(ledger, change(5, "a.json", "ms"), "applied");
  assert.equal(answer(ledger, change(4, "b.json", "ms"), "applied"), undefined);
  assert.equal(answer(ledger, change(4, "b.json", "nf"), "applied"), "4");
});

Deno.test("settledBefore() gives the baseline or the answer of the file as reason", () => {
  const ledger = new CommitLedger({ ms: "3", nf: "" });
  assert.match(ledger.settledBefore(change(3))?.reason ?? "", /started with revision 3/);
  assert.equal(ledger.settledBefore(change(4)), undefined);
  answer(ledger, change(5), "failed");
  assert.match(ledger.settledBefore(change(4))?.reason ?? "", /revision 5 has been answered/);
  assert.equal(ledger.settledBefore(change(4, "other.json")), undefined);
  assert.equal(ledger.settledBefore(change(1, "a.json", "nf")), undefined);
});

Deno.test("restore() continues with the answers of the previous run", () => {
  const before = new CommitLedger({ ms: "3", nf: "" });
  answer(before, change(5), "applied");
  const after = new CommitLedger({ ms: "3", nf: "" });
  assert.deepEqual(after.restore(before.snapshot()), []);
  assert.notEqual(after.settledBefore(change(5)), undefined);
  assert.equal(answer(after, change(4, "b.json"), "applied"), undefined);
});

Deno.test("restore() drops a level whose revisions were reset", () => {
  const before = new CommitLedger({ ms: "8", nf: "4" });
  answer(before, change(9), "applied");
  answer(before, change(5, "amf.json", "nf"), "applied");
  const after = new CommitLedger({ ms: "0", nf: "4" });
  assert.deepEqual(after.restore(before.snapshot()), ["ms"]);
  assert.equal(after.settledBefore(change(1)), undefined);
  assert.equal(answer(after, change(1), "applied"), "1");
  assert.notEqual(after.settledBefore(change(5, "amf.json", "nf")), undefined);
});

Deno.test("restore() keeps answers when the container restarts with its old revision", () => {
  const before = new CommitLedger({ ms: "7", nf: "" });
  answer(before, change(9), "applied");
  const after = new CommitLedger({ ms: "7", nf: "" });
  assert.deepEqual(after.restore(before.snapshot()), []);
  assert.notEqual(after.settledBefore(change(9)), undefined);
});

Deno.test("the ledger remembers at most 1,024 files", () => {
  const ledger = new CommitLedger(none);
  for (let i = 0; i < 2_000; i++) answer(ledger, change(1, `${i}.json`), "applied");
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
      const commit = answer(ledger, change(revision), outcome);
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

Deno.test("the agent's own verdict settles its own revision only, also after a restart", () => {
  const before = new CommitLedger(none);
  for (const outcome of ["timed_out", "failed"] as const) {
    before.answer(change(outcome === "failed" ? 7 : 9), { outcome, isConfirmed: false });
  }
  const after = new CommitLedger(none);
  assert.deepEqual(after.restore(before.snapshot()), []);
  for (const ledger of [before, after]) {
    const settled = [5, 7, 8, 9].map((revision) => ledger.settledBefore(change(revision))?.reason);
    assert.deepEqual(settled, [undefined, "it has been settled", undefined, "it has been settled"]);
  }
});

Deno.test("a change-set that ended unsent may come again", () => {
  const ledger = new CommitLedger(none);
  ledger.answer(change(5), { outcome: "timed_out", isConfirmed: false }, { wasSent: false });
  assert.equal(ledger.settledBefore(change(5)), undefined);
});

Deno.test("markSent() blocks lower revisions of the file until unmarkSent()", () => {
  const ledger = new CommitLedger(none);
  ledger.markSent(change(6));
  assert.deepEqual(ledger.settledBefore(change(5)), {
    reason: "revision 6 of the file has been sent",
    isOutOfOrder: true,
  });
  for (const other of [change(6), change(7), change(5, "b.json"), change(5, "amf.json", "nf")]) {
    assert.equal(ledger.settledBefore(other), undefined);
  }
  ledger.unmarkSent(change(6));
  assert.equal(ledger.settledBefore(change(5)), undefined);
});

Deno.test("restore() accepts a ledger of an early version", () => {
  const ledger = new CommitLedger(none);
  const stored = { baselines: none, highest: { ms: 5 }, answered: { "ms/amf.json": 5 } };
  assert.deepEqual(ledger.restore(stored), []);
  assert.match(ledger.settledBefore(change(5))?.reason ?? "", /revision 5 has been answered/);
});

Deno.test("the ledger remembers at most 512 own verdicts", () => {
  const ledger = new CommitLedger(none);
  for (let revision = 0; revision < 2_000; revision++) {
    ledger.answer(change(revision), { outcome: "failed", isConfirmed: false });
  }
  assert.equal(ledger.snapshot().closed?.length, 512);
});
