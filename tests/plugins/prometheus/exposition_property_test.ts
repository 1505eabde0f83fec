import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import type { HistogramSample, Sample } from "../../../core/mod.ts";
import { render } from "../../../plugins/prometheus/_prom_client.ts";

const names = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/);
const labels = fc.dictionary(names, fc.string({ unit: "grapheme", maxLength: 12 }), { maxKeys: 3 });
const values = fc.double({ noDefaultInfinity: false });
const samples: fc.Arbitrary<Sample> = fc.record({ labels, value: values });

/** The samples of a family in the text format, read back by its grammar. */
function parse(text: string, name: string): [string, Record<string, string>, number][] {
  const found: [string, Record<string, string>, number][] = [];
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const [, metric, set = "", value] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/s.exec(line) ??
      assert.fail(`not a sample: ${line}`);
    assert(metric.startsWith(name));
    const read = [...set.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"(?:,|$)/gs)];
    assert.equal(read.map(([whole]) => whole).join(""), set);
    const unescape = (part: string) =>
      part.replace(/\\(.)/gs, (_, letter) => letter === "n" ? "\n" : letter);
    found.push([
      metric,
      Object.fromEntries(read.map(([, key, part]) => [key, unescape(part)])),
      value === "Nan" || value === "NaN" ? NaN : Number(value.replace("Inf", "Infinity")),
    ]);
  }
  return found;
}

Deno.test("render() writes samples that read back as they were, whatever their labels hold", async () => {
  await fc.assert(
    fc.asyncProperty(names, fc.array(samples, { maxLength: 5 }), async (name, list) => {
      const family = { name, help: "a\\b\nc", type: "gauge", samples: list } as const;
      const { body } = await render([family], "text");
      assert.deepEqual(
        parse(new TextDecoder().decode(body), name),
        list.map(({ labels, value }) => [name, { ...labels }, value === 0 ? 0 : value]),
      );
    }),
    { numRuns: 200 },
  );
});

Deno.test("render() writes histograms whose last bucket is their count", async () => {
  const counts = fc.array(fc.nat(1_000), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(counts, async (list) => {
      const bounds = list.slice(1).map((_, at) => at + 0.5);
      const sample: HistogramSample = { bounds, counts: list, sum: 1.5 };
      const { body } = await render(
        [{ name: "h", help: "H.", type: "histogram", samples: [sample] }],
        "text",
      );
      const read = parse(new TextDecoder().decode(body), "h");
      const buckets = read.filter(([metric]) => metric === "h_bucket").map(([, , value]) => value);
      const total = list.reduce((sum, count) => sum + count, 0);
      assert.equal(buckets.length, list.length);
      assert(buckets.every((value, at) => at === 0 || value >= buckets[at - 1]));
      assert.equal(buckets.at(-1), total);
      assert.deepEqual(read.at(-1), ["h_count", {}, total]);
    }),
    { numRuns: 100 },
  );
});
