import assert from "node:assert/strict";
import {
  type Bucket,
  readExposition,
  renderBuckets,
  renderPieces,
  SeriesTable,
} from "../../../cim/aligned_metrics/mod.ts";

const decoder = new TextDecoder();

/** Buckets a minute apart; each is a list of sources with their texts. */
function bucketsOf(...texts: Record<string, string>[]): Bucket[] {
  const table = new SeriesTable();
  return texts.map((sources, index) => {
    const read = Object.entries(sources).map(([port, text]) => {
      const scrape = table.scrape(port, Infinity);
      readExposition(text, scrape);
      return scrape.end();
    });
    return {
      timeMs: 1_600_000_020_000 + index * 60_000 + 500,
      series: read.flatMap(({ series }) => series),
      values: Float64Array.from(read.flatMap(({ values }) => values)),
      skipped: index,
      jumpMs: index * -1_500,
      isComplete: index === 0,
    };
  });
}

function render(format: "text" | "openmetrics", ...texts: Record<string, string>[]): string[] {
  const body = decoder.decode(renderBuckets(bucketsOf(...texts), { format, version: "1.2.3" }));
  return body.split("\n").filter((line) => !/clock_aligned|metric_scrape/.test(line));
}

const source = `# HELP r_total Requests "a".
# TYPE r_total counter
r_total{code="200"} 5
# TYPE size histogram
size_bucket{le="1"} 1
size_bucket{le="+Inf"} 2
size_sum 3
size_count 2
# TYPE plain counter
plain 1
`;

Deno.test("renderBuckets() prints the text format with aligned_ts, source_port and milliseconds", () => {
  assert.deepEqual(render("text", { 9000: source }), [
    "# TYPE plain counter",
    'plain{source_port="9000",aligned_ts="1600000020"} 1 1600000020500',
    '# HELP r_total Requests "a".',
    "# TYPE r_total counter",
    'r_total{code="200",source_port="9000",aligned_ts="1600000020"} 5 1600000020500',
    "# TYPE size histogram",
    'size_bucket{le="1",source_port="9000",aligned_ts="1600000020"} 1 1600000020500',
    'size_bucket{le="+Inf",source_port="9000",aligned_ts="1600000020"} 2 1600000020500',
    'size_sum{source_port="9000",aligned_ts="1600000020"} 3 1600000020500',
    'size_count{source_port="9000",aligned_ts="1600000020"} 2 1600000020500',
    "",
  ]);
});

Deno.test("renderBuckets() prints OpenMetrics with its names, numbers and seconds", () => {
  assert.deepEqual(render("openmetrics", { 9000: source }), [
    "# TYPE plain unknown",
    'plain{source_port="9000",aligned_ts="1600000020"} 1 1600000020.5',
    '# HELP r Requests \\"a\\".',
    "# TYPE r counter",
    'r_total{code="200",source_port="9000",aligned_ts="1600000020"} 5 1600000020.5',
    "# TYPE size histogram",
    'size_bucket{le="1.0",source_port="9000",aligned_ts="1600000020"} 1 1600000020.5',
    'size_bucket{le="+Inf",source_port="9000",aligned_ts="1600000020"} 2 1600000020.5',
    'size_sum{source_port="9000",aligned_ts="1600000020"} 3 1600000020.5',
    'size_count{source_port="9000",aligned_ts="1600000020"} 2 1600000020.5',
    "# EOF",
    "",
  ]);
});

Deno.test("D-83 renderBuckets() prints each sample once, by family, then by bucket", () => {
  const lines = render("text", { 1: "a 1\nb 1\n", 2: "a 2\n" }, { 1: "a 3\na 4\nb 2\n" });
  assert.deepEqual(lines.filter((line) => !line.startsWith("#")), [
    'a{source_port="1",aligned_ts="1600000020"} 1 1600000020500',
    'a{source_port="2",aligned_ts="1600000020"} 2 1600000020500',
    'a{source_port="1",aligned_ts="1600000080"} 4 1600000080500',
    'b{source_port="1",aligned_ts="1600000020"} 1 1600000020500',
    'b{source_port="1",aligned_ts="1600000080"} 2 1600000080500',
    "",
  ]);
});

Deno.test("renderBuckets() gives all samples of a family the same labels, the missing ones empty", () => {
  const lines = render("text", { 1: 'a{x="1"} 1\n', 2: 'a{y="2"} 2\n' });
  assert.deepEqual(lines, [
    "# TYPE a untyped",
    'a{x="1",source_port="1",y="",aligned_ts="1600000020"} 1 1600000020500',
    'a{y="2",source_port="2",x="",aligned_ts="1600000020"} 2 1600000020500',
    "",
  ]);
});

Deno.test("D-86 renderBuckets() prints a label source_port of the source under another name", () => {
  const text = 'a{source_port="7",aligned_ts="8",exported_source_port="9"} 1\n';
  assert.deepEqual(render("text", { 1: text }).slice(1, 2), [
    'a{exported_exported_source_port="7",exported_aligned_ts="8",exported_source_port="9",' +
    'source_port="1",aligned_ts="1600000020"} 1 1600000020500',
  ]);
});

Deno.test("renderBuckets() keeps the samples of one histogram together, and leaves out names that are taken", () => {
  const text = `# TYPE h histogram
h_bucket{a="1",le="+Inf"} 1
h_bucket{a="2",le="+Inf"} 2
h_count{a="1"} 1
h_count{a="2"} 2
h_sum{a="1"} 1
h_sum{a="2"} 2
# TYPE h_created gauge
h_created 1
`;
  const values = render("openmetrics", { 1: text }).filter((line) => line.startsWith("h_"));
  const groups = values.map((line) => /a="(\d)"/.exec(line)?.[1]);
  assert.deepEqual(groups, ["1", "1", "1", "2", "2", "2"]);
  assert(!render("openmetrics", { 1: text }).some((line) => line.startsWith("h_created")));
});

Deno.test("renderBuckets() says what happened to the clock, and whether all sources were read", () => {
  const body = decoder.decode(
    renderBuckets(bucketsOf({}, {}), { format: "text", version: "1.2.3" }),
  );
  assert.deepEqual(body.split("\n").filter((line) => line !== "" && !line.startsWith("#")), [
    'metric_scrape_collector_success{collector="metric"} 0',
    'clock_aligned_metric_exporter_build_info{version="1.2.3"} 1',
    'clock_aligned_skipped_intervals{aligned_ts="1600000020"} 0 1600000020500',
    'clock_aligned_skipped_intervals{aligned_ts="1600000080"} 1 1600000080500',
    'clock_aligned_clock_jump_seconds{aligned_ts="1600000020"} 0 1600000020500',
    'clock_aligned_clock_jump_seconds{aligned_ts="1600000080"} -1.5 1600000080500',
  ]);
});

Deno.test("renderBuckets() prints a family without empty labels when its series have too many different ones", () => {
  const text = Array.from({ length: 20_000 }, (_, at) => `a{l${at}="1"} 1\n`).join("");
  const lines = render("text", { 9000: `${text}b{x="1"} 1\nb 2\n` });
  assert.equal(lines[1], 'a{l0="1",source_port="9000",aligned_ts="1600000020"} 1 1600000020500');
  assert.equal(lines.filter((line) => line.startsWith("a{")).length, 20_000);
  assert(lines.includes('b{source_port="9000",x="",aligned_ts="1600000020"} 2 1600000020500'));
});

Deno.test("renderPieces() yields after a bounded number of samples, over buckets, and of families", () => {
  const text = Array.from({ length: 600 }, (_, at) => `m${at} 1\n`).join("");
  const buckets = bucketsOf(...Array.from({ length: 20 }, () => ({ 9000: text })));
  const pieces = [...renderPieces(buckets, { format: "text", version: "1" })];
  assert.equal(pieces.length, Math.floor((20 * 600 + 600) / 1_024));
});
