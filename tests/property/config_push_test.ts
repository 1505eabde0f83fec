import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { type Fixture, fixture } from "../cim/config_push/_fixture.ts";

type Step =
  | { readonly type: "put"; readonly revision: number; readonly file: string }
  | { readonly type: "delete"; readonly revision: number; readonly file: string }
  | { readonly type: "reply"; readonly pick: number; readonly status: string }
  | { readonly type: "wait"; readonly ms: number }
  | { readonly type: "restart" };

const file = fc.constantFrom("a.json", "b.json");
const revision = fc.integer({ min: 1, max: 8 });
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant("put" as const), revision, file }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("delete" as const), revision, file }) },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant("reply" as const),
      pick: fc.nat(20),
      status: fc.constantFrom("success", "success", "unused", "failure"),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant("wait" as const), ms: fc.nat(120_000) }),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ type: "restart" }) },
);

/** Applies a step; returns the fixture of the run after it. */
async function take(test: Fixture, step: Step): Promise<Fixture> {
  switch (step.type) {
    case "put":
      await test.put(step.file, step.revision, undefined, 90_000);
      return test;
    case "delete":
      await test.store.delete(`change-set/ns1/amf/v1/ms/${step.file}/${step.revision}`);
      await test.settle();
      return test;
    case "reply": {
      const pushed = test.app.requests.map(({ body }) => JSON.parse(body));
      const of = pushed[step.pick % Math.max(1, pushed.length)];
      if (of) test.reply(of["data-key"], of.revision, step.status);
      await test.settle();
      return test;
    }
    case "wait":
      await test.clock.advance(step.ms);
      return test;
    case "restart": {
      const next = await test.restart();
      await next.settle();
      return next;
    }
  }
}

Deno.test("in any sequence of steps, nothing is pushed twice and no commit is lowered", async () => {
  const sequences = fc.array(steps, { minLength: 5, maxLength: 18 });
  await fc.assert(
    fc.asyncProperty(sequences, async (sequence) => {
      let test = await fixture();
      let highest = -1;
      try {
        for (const step of sequence) {
          test = await take(test, step);
          const committed = Number(await test.commit() ?? "-1");
          if (committed >= 0) {
            assert(committed >= highest, `commit ${committed} after ${highest}`);
            highest = committed;
          }
          assert.deepEqual(test.failures, []);
        }
        const pushes = test.app.requests.map(({ body }) => JSON.parse(body)["change-set-key"]);
        assert.equal(new Set(pushes).size, pushes.length, pushes.join(" "));
      } finally {
        await test[Symbol.asyncDispose]();
      }
    }),
    { numRuns: 8 },
  );
});
