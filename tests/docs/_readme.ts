/**
 * The README with its generated parts. Each part is between `<!-- generated: NAME -->` and `<!-- end -->`.
 *
 * @module
 */
import { cimPlugins, errorCatalogue } from "../../cim/assembly/mod.ts";
import { cliErrors, describeCommands, processIo } from "../../cim/cli/mod.ts";
import { settingsSections } from "../../cim/settings/mod.ts";
import {
  describeMarkdown,
  type ErrorEntry,
  type Fields,
  type MetricFamily,
} from "../../core/mod.ts";
import { withRunningAgent } from "./_running_agent.ts";

/** The repository's README. */
export const readmeUrl = new URL("../../README.md", import.meta.url);

/** The README with its generated parts made anew. */
export async function renewed(readme: string): Promise<string> {
  const parts: Record<string, string> = {
    commands: commands(),
    configuration: configuration(),
    settings: settings(),
    errors: errors(),
    metrics: metrics(await runningFamilies()),
  };
  return readme.replaceAll(
    /<!-- generated: (\w+) -->\n[^]*?<!-- end -->/g,
    (_, name: string) => {
      // The formatter skips the tables: padded columns would change with every longer word.
      const [start, end] = ["start", "end"].map((at) => `<!-- deno-fmt-ignore-${at} -->`);
      return `<!-- generated: ${name} -->\n${start}\n\n${parts[name]}\n${end}\n<!-- end -->`;
    },
  );
}

/** The lines of a list between `<!-- path: NAME -->` and `<!-- end -->`. */
export function pathList(readme: string, name: string): string[] {
  const part = new RegExp(`<!-- path: ${name} -->\n([^]*?)<!-- end -->`).exec(readme)?.[1] ?? "";
  return part.split("\n").filter((line) => /^\d+\. /.test(line));
}

/** The fenced blocks of one language, without the indentation of the list they stand in. */
export function codeBlocks(readme: string, language: string): string[] {
  const blocks = readme.matchAll(new RegExp(`^( *)\`\`\`${language}\n([^]*?)^ *\`\`\`$`, "gm"));
  return [...blocks].map(([, indent, code]) => code.replaceAll(new RegExp(`^${indent}`, "gm"), ""));
}

function commands(): string {
  const { signal } = new AbortController();
  const rows = describeCommands(processIo(signal, signal)).map(({ call, summary }) =>
    `| \`${call}\` | ${summary} |`
  );
  return table("| Command | What it does |", rows);
}

function configuration(): string {
  return describeMarkdown(
    cimPlugins().map(({ section, config }) => ({ section, fields: config })),
  ).trimEnd() + "\n";
}

function settings(): string {
  const sections = Object.entries<Fields>(settingsSections).map(([section, fields]) => ({
    section: `cimConfig.${section}`,
    fields,
  }));
  return describeMarkdown(sections).trimEnd() + "\n";
}

/** Every error code of the program. */
export function allErrors(): readonly ErrorEntry[] {
  return [...errorCatalogue, ...Object.values<ErrorEntry>(cliErrors)];
}

function errors(): string {
  const rows = allErrors().map(({ code, meaning, remedy, retryable }) =>
    `| \`${code}\` | ${retryable ? "yes" : "no"} | ${meaning} | ${remedy} |`
  );
  return table("| Code | Retry can help | What happened | What to do |", rows);
}

function metrics(families: readonly MetricFamily[]): string {
  const rows = families.map(({ name, type, help }) => `| \`${name}\` | ${type} | ${help} |`);
  return table("| Metric | Type | Meaning |", rows);
}

/** The metric families of an agent with all plugins; etcd is configured, but no server runs there. */
function runningFamilies(): Promise<readonly MetricFamily[]> {
  const config = { etcd: { endpoints: ["127.0.0.1:1"] } };
  return withRunningAgent(config, ({ metrics }) => metrics.families());
}

function table(head: string, rows: readonly string[]): string {
  const line = head.replaceAll(/[^|]+/g, " --- ");
  return [head, line, ...rows].join("\n") + "\n";
}
