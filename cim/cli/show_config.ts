import {
  describeJsonSchema,
  describeMarkdown,
  displayValue,
  type Field,
  formatDuration,
  formatSize,
  operatorKey,
  stringifyYaml,
} from "../../core/mod.ts";
import { cimPlugins } from "../assembly/mod.ts";
import type { ConfigOptions } from "./config_options.ts";
import { exitCode } from "./exit_code.ts";
import type { CliIo } from "./io.ts";
import { type ProductConfiguration, readConfiguration } from "./read_configuration.ts";

/** What `cim config` prints. */
export type ConfigView = "schema" | "show" | "reference";

/** Prints the configuration, its schema or its reference. */
export async function showConfig(
  view: ConfigView,
  options: ConfigOptions,
  io: CliIo,
): Promise<number> {
  if (view === "show") await showValues(await readConfiguration(options, io), io);
  else {
    const sections = cimPlugins()
      .filter(({ config }) => Object.keys(config).length > 0)
      .map(({ section, config }) => ({ section, fields: config }));
    io.out(
      view === "schema"
        ? JSON.stringify(describeJsonSchema(sections), null, 2)
        : describeMarkdown(sections).trimEnd(),
    );
  }
  return exitCode.fine;
}

/** Prints a YAML file with the source of each value. Secrets are masked. */
async function showValues({ results }: ProductConfiguration, io: CliIo): Promise<void> {
  const lines = new Map<string, string[]>();
  for (const [plugin, result] of results) {
    const members = lines.get(plugin.section) ?? [];
    for (const [name, field] of Object.entries(plugin.config)) {
      const key = operatorKey(name, field);
      const value = result.values?.[name];
      const origin = result.origins.get(key);
      if (origin === undefined) members.push(`  # ${key}: ${field.defaultText || "(not set)"}`);
      else members.push(`  ${key}: ${await shown(withUnit(field, value))} # ${origin}`);
    }
    if (members.length > 0) lines.set(plugin.section, [...new Set(members)]);
  }
  for (const [section, members] of lines) {
    io.out(`${section}:`);
    for (const member of members) io.out(member);
  }
}

/** The value as a file holds it: durations and sizes as texts with a unit, secrets masked. */
function withUnit({ kind }: Field<unknown>, value: unknown): unknown {
  if (kind === "duration" && typeof value === "number") return formatDuration(value);
  if (kind === "size" && typeof value === "number") return formatSize(value);
  return displayValue(value);
}

async function shown(value: unknown): Promise<string> {
  return typeof value === "object" ? JSON.stringify(value) : (await stringifyYaml(value)).trimEnd();
}
