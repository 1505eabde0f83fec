import assert from "node:assert/strict";
import { resolveAligned } from "../../../cim/aligned_metrics/mod.ts";

const annotation = JSON.stringify({
  scrape: "true",
  path: "stats",
  ports: ["9000", "9001"],
  scheme: "HTTPS",
  measurementInterval: "1m30s",
  maxRetention: "4",
});

Deno.test("resolveAligned() reads the annotation of the contract", () => {
  assert.deepEqual(resolveAligned(annotation, {}), {
    scheme: "https",
    ports: [9000, 9001],
    path: "/stats",
    intervalMs: 90_000,
    maxRetention: 4,
  });
});

Deno.test("resolveAligned() prefers the configuration, and has a default for what is not set", () => {
  assert.deepEqual(resolveAligned("", { isEnabled: true, ports: [1] }), {
    scheme: "http",
    ports: [1],
    path: "/metrics",
    intervalMs: 60_000,
    maxRetention: 10,
  });
  assert.equal(resolveAligned(annotation, { intervalMs: 5_000 })?.intervalMs, 5_000);
});

for (const text of ["", "{}", '{"scrape":"false","measurementInterval":"0"}']) {
  Deno.test(`resolveAligned() collects nothing for ${text || "no annotation"}`, () => {
    assert.equal(resolveAligned(text, {}), undefined);
    assert.equal(resolveAligned(annotation, { isEnabled: false }), undefined);
  });
}

for (
  const [members, wanted] of [
    [{ measurementInterval: "0s" }, /measurementInterval must be .*, found "0s"/],
    [{ measurementInterval: "60" }, /measurementInterval must be a duration with unit/],
    [{ measurementInterval: 60 }, /measurementInterval must be/],
    [{ maxRetention: "0" }, /maxRetention must be a whole number from 1/],
    [{ ports: "9000" }, /ports must be a list/],
    [{ ports: ["70000"] }, /ports must be a whole number from 1 to 65535, found "70000"/],
    [{ scheme: "ftp" }, /scheme must be http or https, found "ftp"/],
    [{ path: "/a b" }, /path must be a path without blanks/],
  ] as const
) {
  Deno.test(`D-86 resolveAligned() refuses ${JSON.stringify(members)}`, () => {
    assert.throws(
      () => resolveAligned(JSON.stringify({ scrape: "true", ...members }), {}),
      (error) => error instanceof TypeError && wanted.test(error.message),
    );
  });
}

Deno.test("resolveAligned() refuses an annotation that is no JSON object", () => {
  for (const text of ["{", "[]", "null", '"x"']) {
    assert.throws(() => resolveAligned(text, {}), TypeError, text);
  }
});
