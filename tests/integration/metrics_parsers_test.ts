/**
 * A full scrape of the agent, read by Prometheus' own parsers: `expfmt` in Go, and the strict OpenMetrics parser in
 * Python. They come from registries, so the tests run only with `CIM_TEST_METRICS_PARSERS=1` or
 * `CIM_TEST_REQUIRE=all`.
 *
 * @module
 */
import assert from "node:assert/strict";
import { httpToken } from "../../plugins/http/mod.ts";
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
      const parse = (input: string) =>
        run("python3", [`${source}main.py`, format], { input, env: { PYTHONPATH: folder.path } });
      assert.equal((await parse(own)).trim().split("\n").length, families, format);
      assert.match(await parse(health), /^service_health$/m);
    }
  },
});
