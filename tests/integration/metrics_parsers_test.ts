/**
 * A full scrape of the agent, read by Prometheus' own parsers: `expfmt` in Go, and the strict OpenMetrics parser in
 * Python. They come from registries, so the tests run only with `CIM_TEST_METRICS_PARSERS=1` or
 * `CIM_TEST_REQUIRE=all`.
 *
 * @module
 */
import assert from "node:assert/strict";
import { httpToken } from "../../plugins/http/mod.ts";
import {
  type Bucket,
  readExposition,
  renderBuckets,
  SeriesTable,
} from "../../cim/aligned_metrics/mod.ts";
import { tempDir } from "../_support/temp_dir.ts";
import { withRunningAgent } from "../docs/_running_agent.ts";
import { requireTools } from "./_servers.ts";

const source = new URL("metrics_parsers/", import.meta.url).pathname;
const variable = "CIM_TEST_METRICS_PARSERS";
const accept = {
  text: "text/plain;version=0.0.4",
  openmetrics: "application/openmetrics-text;version=1.0.0",
};

/** Fetching and building takes long only the first time. */
const programLimitMs = 300_000;

/** What a scrape of each path says, and the number of families that the agent has. */
function scrapes(format: keyof typeof accept): Promise<{ texts: string[]; families: number }> {
  return withRunningAgent({ etcd: { endpoints: ["127.0.0.1:1"] } }, async (agent) => {
    const base = `http://127.0.0.1:${agent.get(httpToken).port}`;
    const texts: string[] = [];
    for (const path of ["/metrics", "/health"]) {
      const response = await fetch(`${base}${path}`, { headers: { accept: accept[format] } });
      assert.match(response.headers.get("content-type")!, new RegExp(accept[format].split(";")[0]));
      texts.push(await response.text());
    }
    return { texts, families: agent.metrics.families().length };
  });
}

/** The same scrapes of two sources at two aligned times, as `/metrics/aligned` prints them. */
function aligned(format: keyof typeof accept, texts: readonly string[]): string {
  const table = new SeriesTable();
  const buckets = [1_600_000_020_000, 1_600_000_080_500].map((timeMs): Bucket => {
    const read = texts.map((text, at) => {
      const scrape = table.scrape(`${9_000 + at}`, Infinity);
      readExposition(text, scrape);
      return scrape.end();
    });
    return {
      timeMs,
      series: read.flatMap(({ series }) => series),
      values: Float64Array.from(read.flatMap(({ values }) => values)),
      ...{ skipped: 0, jumpMs: 0, isComplete: true },
    };
  });
  return new TextDecoder().decode(renderBuckets(buckets, { format, version: "1" }));
}

/** What libraries of other languages print, with what is hard to print in OpenMetrics. */
const foreign = `# HELP calls_total Calls "all" \\\\ of them.
# TYPE calls_total counter
calls_total{q="a\\"b"} 1.5e+07
# TYPE calls_created gauge
calls_created{q="a\\"b"} 1.6e+09
# TYPE plain counter
plain 3
# TYPE rpc summary
rpc{quantile="0.5"} NaN
rpc{quantile="1"} 4
rpc_sum 8
rpc_count 2
# TYPE size histogram
size_bucket{le="1"} 1
size_bucket{le="10"} 2
size_bucket{le="+Inf"} 2
size_sum 5
size_count 2
no_type -Inf
`;

/** The families of a text that have samples; the Go parser leaves out the others. */
function familiesWithSamples(text: string): string[] {
  const lines = text.split("\n");
  return lines.flatMap((line, at) => {
    const name = /^# TYPE (\S+) /.exec(line)?.[1];
    return name && lines[at + 1].startsWith(name) ? [name] : [];
  });
}

/** Runs a program with a text as its input; fails with what it printed. */
async function run(
  program: string,
  args: readonly string[],
  { input = "", ...options }: Deno.CommandOptions & { input?: string } = {},
): Promise<string> {
  const child = new Deno.Command(program, {
    ...options,
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(programLimitMs),
  }).spawn();
  const writing = new Blob([input]).stream().pipeTo(child.stdin);
  const { success, stdout, stderr } = await child.output();
  await writing;
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

Deno.test({
  name: "Prometheus' Go parser reads a full scrape in the text format",
  ignore: await requireTools(variable, "go"),
  async fn() {
    using folder = tempDir();
    const program = folder.join("parse");
    await run("go", ["build", "-o", program, "."], { cwd: source });
    const { texts: [own, health] } = await scrapes("text");
    const read = (await run(program, [], { input: own })).trim().split("\n");
    assert.deepEqual(read.toSorted(), familiesWithSamples(own).toSorted());
    assert.match(await run(program, [], { input: health }), /^service_health$/m);
    const text = aligned("text", [own, foreign]);
    const families = (await run(program, [], { input: text })).trim().split("\n");
    assert.deepEqual(families.toSorted(), familiesWithSamples(text).toSorted());
    assert(families.includes("calls_total") && families.includes("rpc"));
  },
});

Deno.test({
  name: "Prometheus' Python parsers read a full scrape in both formats",
  ignore: await requireTools(variable, "python3"),
  async fn() {
    using folder = tempDir();
    const requirements = ["--target", folder.path, "--requirement", `${source}requirements.txt`];
    const quiet = ["--quiet", "--disable-pip-version-check", "--root-user-action=ignore"];
    await run("python3", ["-m", "pip", "install", ...quiet, ...requirements]);
    for (const format of ["text", "openmetrics"] as const) {
      const { texts: [own, health], families } = await scrapes(format);
      const { texts: [text] } = await scrapes("text");
      const parse = (input: string) =>
        run("python3", [`${source}main.py`, format], { input, env: { PYTHONPATH: folder.path } });
      assert.equal((await parse(own)).trim().split("\n").length, families, format);
      assert.match(await parse(health), /^service_health$/m);
      const printed = await parse(aligned(format, [text, foreign]));
      for (const name of ["plain", "rpc", "size", "no_type", "nats_server_connections"]) {
        assert.match(printed, new RegExp(`^${name}`, "m"), format);
      }
    }
  },
});
