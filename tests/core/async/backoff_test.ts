import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { backoff } from "../../../core/async/mod.ts";

Deno.test("backoff() doubles from the minimum to the maximum without jitter", () => {
  const delays = backoff({ min: 100, max: 1_000, random: () => 1 });
  const seen = Array.from({ length: 6 }, () => delays.next());
  assert.deepEqual(seen, [100, 200, 400, 800, 1_000, 1_000]);
  assert.equal(delays.attempts, 6);
});

Deno.test("backoff() stays between half and all of the full delay for any random number", () => {
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 1_000 }),
    fc.integer({ min: 0, max: 100_000 }),
    fc.double({ min: 1, max: 5, noNaN: true }),
    fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { maxLength: 50 }),
    (min, extraMs, factor, randoms) => {
      const max = min + extraMs;
      let at = 0;
      const delays = backoff({ min, max, factor, random: () => randoms[at] });
      for (; at < randoms.length; at++) {
        const full = Math.min(max, min * factor ** at);
        const delayMs = delays.next();
        assert(delayMs >= full / 2 && delayMs <= full, `${delayMs} of ${full}`);
      }
    },
  ));
});

Deno.test("backoff() starts over when it is reset", () => {
  const delays = backoff({ min: 10, random: () => 1 });
  delays.next();
  delays.next();
  delays.reset();
  assert.equal(delays.attempts, 0);
  assert.equal(delays.next(), 10);
});

Deno.test("backoff() stays at the maximum when the growth overflows", () => {
  const delays = backoff({ min: 1, max: 5, factor: 1e300, random: () => 1 });
  const seen = Array.from({ length: 4 }, () => delays.next());
  assert.deepEqual(seen, [1, 5, 5, 5]);
});

for (
  const options of [
    { min: 0 },
    { min: -1 },
    { min: NaN },
    { min: 10, max: 9 },
    { max: NaN },
    { factor: 0.5 },
    { factor: NaN },
  ]
) {
  Deno.test(`backoff() refuses ${Deno.inspect(options)}`, () => {
    assert.throws(() => backoff(options), RangeError);
  });
}
