import assert from "node:assert/strict";
import { Receipts, type ReceiptsOptions } from "../../../cim/receipts/mod.ts";
import { recordingLogs } from "../../../core/testing/mod.ts";

function setUp(options: Partial<ReceiptsOptions> = {}) {
  const answers: string[] = [];
  const receipts = new Receipts({
    subject: "LOG",
    publish: (subject, payload) => {
      answers.push(`${subject} ${new TextDecoder().decode(payload)}`);
    },
    log: recordingLogs().registry.logger("logs"),
    ...options,
  });
  return { answers, receipts };
}

Deno.test("Receipt is answered once, whatever follows", () => {
  const { answers, receipts } = setUp();
  const receipt = receipts.open("a")!;
  receipt.confirm(1);
  receipt.confirm(2);
  receipt.refuse("late");
  assert.deepEqual(answers, ["a +ACK 1"]);
  assert.deepEqual([receipts.acked, receipts.waiting, receipts.refused.size], [1, 0, 0]);
});

Deno.test("Receipt is confirmed when all destinations have the message, and refused when one has not", () => {
  const { answers, receipts } = setUp();
  const both = receipts.open("both", 2)!;
  both.confirm(3);
  assert.deepEqual(answers, []);
  both.confirm(4);
  const one = receipts.open("one", 2)!;
  one.confirm(5);
  one.refuse("overflow");
  one.confirm(6);
  assert.deepEqual(answers, ["both +ACK 4", "one -ERR overflow"]);
  assert.equal(receipts.waiting, 0);
});

Deno.test("Receipts answers busy beyond its bound, until a receipt is answered", () => {
  const { answers, receipts } = setUp({ maxWaiting: 2 });
  const first = receipts.open("a");
  receipts.open("b");
  assert.equal(receipts.open("c"), undefined);
  assert.deepEqual(answers, ["c -ERR busy"]);
  first!.confirm(1);
  assert(receipts.open("d"));
  assert.deepEqual([receipts.waiting, receipts.refused.get("busy")], [2, 1]);
});

Deno.test("Receipts counts answers that cannot be sent, and goes on", () => {
  const { receipts } = setUp({
    publish() {
      throw new TypeError("invalid subject");
    },
  });
  receipts.open("..")!.confirm(1);
  receipts.refuse("..", "malformed");
  assert.deepEqual([receipts.acked, receipts.unsent, receipts.waiting], [1, 2, 0]);
});

Deno.test("Receipts sends no answer to a subject that the agent itself acts on", () => {
  const { answers, receipts } = setUp();
  for (const reply of ["CONFIG", "EVENT", "LOG"]) receipts.refuse(reply, "malformed");
  receipts.open("CONFIG")?.confirm(1);
  assert.deepEqual(answers, []);
  assert.deepEqual([receipts.unsent, receipts.waiting], [4, 0]);
});

Deno.test("Receipts.families() shows what was answered, by reason, and what waits", () => {
  const { receipts } = setUp();
  receipts.open("a")!.confirm(1);
  receipts.open("b");
  receipts.refuse("c", "malformed");
  for (let reason = 0; reason < 40; reason++) receipts.refuse("d", `reason_${reason}`);
  const values = receipts.families().map((family) => [family.name, family.collect()]);
  const [acked, refused, waiting, unsent] = values;
  assert.deepEqual([acked, waiting, unsent], [
    ["cim_log_receipts_acked_total", 1],
    ["cim_log_receipts_waiting", 1],
    ["cim_log_receipts_unsent_total", 0],
  ]);
  assert.equal(refused[0], "cim_log_receipts_refused_total");
  const samples = [...refused[1] as Iterable<{ labels: { reason: string }; value: number }>];
  const counts = Object.fromEntries(samples.map(({ labels, value }) => [labels.reason, value]));
  assert.deepEqual([counts.malformed, counts.reason_0, counts.other], [1, 1, 9]);
});
