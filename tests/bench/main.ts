/**
 * Runs one benchmark: `deno task bench <name> [--json]`. A benchmark is a file of this folder that exports
 * `run(report)`.
 *
 * @module
 */
import { BenchReporter } from "./_reporter.ts";

const folder = new URL("./", import.meta.url);
const names = [...Deno.readDirSync(folder)]
  .map(({ name }) => name.replace(/\.ts$/, ""))
  .filter((name) => /^[a-z]\w*$/.test(name) && name !== "main")
  .sort();
const name = Deno.args.find((argument) => !argument.startsWith("--")) ?? "";
const unknown = Deno.args.filter((argument) => argument !== "--json" && argument !== name);

if (!names.includes(name) || unknown.length > 0) {
  await print(Deno.stderr, `Usage: deno task bench <name> [--json]; names: ${names.join(", ")}`);
  Deno.exit(2);
}

const lines: Promise<void>[] = [];
const report = new BenchReporter(name, {
  json: Deno.args.includes("--json"),
  write: (line) => lines.push(print(Deno.stdout, line)),
});
const { run } = await import(new URL(`./${name}.ts`, folder).href) as {
  run(report: BenchReporter): Promise<void>;
};
try {
  await run(report);
} finally {
  report.finish();
  await Promise.all(lines);
}

async function print(to: typeof Deno.stdout | typeof Deno.stderr, line: string): Promise<void> {
  const writer = to.writable.getWriter();
  try {
    await writer.write(new TextEncoder().encode(`${line}\n`));
  } finally {
    writer.releaseLock();
  }
}
