/**
 * Runs one benchmark: `deno task bench <name> [--json]`. A benchmark is a file of this folder that exports
 * `run(report)`, and is no test.
 *
 * @module
 */
import { BenchReporter } from "./_reporter.ts";

const folder = new URL("./", import.meta.url);
const names = [...Deno.readDirSync(folder)]
  .map(({ name }) => name.replace(/\.ts$/, ""))
  .filter((name) => /^[a-z]\w*$/.test(name) && name !== "main" && !name.endsWith("_test"))
  .sort();
const name = Deno.args.find((argument) => !argument.startsWith("--")) ?? "";
const unknown = Deno.args.filter((argument) => argument !== "--json" && argument !== name);

if (!names.includes(name) || unknown.length > 0) {
  print(Deno.stderr, `Usage: deno task bench <name> [--json]; names: ${names.join(", ")}`);
  Deno.exit(2);
}

const report = new BenchReporter(name, {
  json: Deno.args.includes("--json"),
  write: (line) => print(Deno.stdout, line),
});
const { run } = await import(new URL(`./${name}.ts`, folder).href) as {
  run(report: BenchReporter): Promise<void>;
};
try {
  await run(report);
} finally {
  report.finish();
}

function print(to: typeof Deno.stdout | typeof Deno.stderr, line: string): void {
  const bytes = new TextEncoder().encode(`${line}\n`);
  for (let written = 0; written < bytes.length;) written += to.writeSync(bytes.subarray(written));
}
