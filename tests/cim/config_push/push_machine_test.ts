import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import {
  advance,
  initialPush,
  type PushInput,
  type PushState,
} from "../../../cim/config_push/push_machine.ts";

const posting: PushState = { phase: "posting", attempt: 1, isLate: false };
const pausing: PushState = {
  phase: "pausing",
  attempt: 1,
  reason: "refused",
  mayHaveArrived: false,
};
const waiting: PushState = { phase: "waiting", attempt: 1, isLate: false };

function outcome(kind: "unreached" | "broken" | "unanswered"): PushInput {
  return { type: "outcome", outcome: { kind, reason: "refused" } };
}

function answered(status: number): PushInput {
  return { type: "outcome", outcome: { kind: "answered", status } };
}

Deno.test("advance() follows the diagram", () => {
  assert.deepEqual(advance(initialPush, { type: "go" }), posting);
  assert.deepEqual(advance(posting, answered(200)), waiting);
  assert.deepEqual(advance(posting, outcome("unanswered")), waiting);
  assert.deepEqual(advance(posting, outcome("unreached")), pausing);
  assert.deepEqual(advance(posting, outcome("broken")), { ...pausing, mayHaveArrived: true });
  assert.deepEqual(advance(pausing, { type: "retry" }), { ...posting, attempt: 2 });
  for (const state of [waiting, pausing]) {
    const held = advance(state, { type: "hold" });
    assert.deepEqual(held, { phase: "held", attempt: 1, isLate: false });
    assert.deepEqual(advance(held, { type: "go" }), { ...posting, attempt: 2 });
  }
  assert.equal(advance(waiting, { type: "over" }).phase, "settled");
  assert.equal(advance(pausing, { type: "late" }).phase, "settled");
});

Deno.test("advance() ignores inputs that do not belong to the phase", () => {
  for (const state of [initialPush, pausing, waiting]) {
    assert.equal(advance(state, answered(200)), state);
  }
  for (const state of [initialPush, posting, waiting]) {
    assert.equal(advance(state, { type: "retry" }), state);
  }
  for (const state of [posting, pausing, waiting]) {
    assert.equal(advance(state, { type: "go" }), state);
  }
  for (const state of [initialPush, posting]) {
    assert.equal(advance(state, { type: "hold" }), state);
  }
});

Deno.test("advance() fails an undelivered change-set when it is late", () => {
  const late = advance(posting, { type: "late" });
  assert.deepEqual(late, { ...posting, isLate: true });
  assert.deepEqual(advance(late, outcome("unreached")), {
    phase: "settled",
    verdict: { outcome: "failed", reason: "not delivered: refused", isConfirmed: false },
  });
  assert.equal(advance(late, answered(204)).phase, "waiting");
});

Deno.test("T6 advance() distinguishes success, retryable and final statuses", () => {
  for (const status of [200, 201, 204, 299]) {
    assert.equal(advance(posting, answered(status)).phase, "waiting");
  }
  for (const status of [408, 425, 429, 500, 502, 503, 599]) {
    assert.equal(advance(posting, answered(status)).phase, "pausing");
  }
  for (const status of [301, 307, 400, 401, 404, 409, 422]) {
    assert.equal(advance(posting, answered(status)).phase, "settled");
  }
});

const inputs: fc.Arbitrary<PushInput> = fc.oneof(
  fc.constantFrom<PushInput>(
    { type: "go" },
    { type: "retry" },
    { type: "hold" },
    { type: "late" },
    { type: "over" },
    outcome("unreached"),
    outcome("broken"),
    outcome("unanswered"),
  ),
  fc.integer({ min: 100, max: 599 }).map(answered),
  fc.constantFrom("success", "unused", "failure").map((status): PushInput => ({
    type: "reply",
    status: status as "success",
    remarks: "",
  })),
);

Deno.test("for any inputs, a verdict is final and only a reply makes it applied", () => {
  fc.assert(fc.property(fc.array(inputs, { maxLength: 40 }), (sequence) => {
    let state = initialPush;
    let isHeldBack = false;
    for (const input of sequence) {
      const next = advance(state, input);
      if (state.phase === "settled") assert.equal(next, state);
      if (next.phase === "posting" && next !== state) {
        // What was accepted is sent again only after it returned to the queue.
        assert.notEqual(state.phase, "waiting");
        if (state.phase === "held" && next.attempt > 1) assert(isHeldBack);
      }
      if (next.phase === "settled" && state.phase !== "settled") {
        const { outcome } = next.verdict;
        if (outcome === "applied" || outcome === "unused") assert.equal(input.type, "reply");
        assert.equal(next.verdict.isConfirmed, input.type === "reply");
        if (outcome === "timed_out") assert.equal(input.type, "over");
      }
      if (input.type === "hold" && next.phase === "held") isHeldBack = true;
      state = next;
    }
    // "over" ends it in every phase.
    assert.equal(advance(state, { type: "over" }).phase, "settled");
  }));
});
