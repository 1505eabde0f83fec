/**
 * Sources of configuration values. Precedence: `--set` over environment over a plugin's own file over
 * the main file over derived defaults over the defaults of the fields.
 *
 * The main file is the first of `--config`, the variable `<prefix>CONFIG` and the default paths; a file that
 * was named must exist. A plugin's own file is cn-infra's `<plugin>.conf`: named by `--<plugin>-config` or
 * `<PLUGIN>_CONFIG` (dashes as underscores), relative to the working directory, else to `--config-dir` or
 * `CONFIG_DIR`; an empty name disables it. In those files a dash in a key counts as an underscore and a bare
 * number as nanoseconds. The prefix and the default paths belong to the program and are options.
 *
 * @module
 */
import { AgentError, describeError } from "../errors/mod.ts";
import { readTextIfPresent } from "../files/mod.ts";
import { parseJson } from "./_json.ts";
import { kindText } from "./_plain_words.ts";
import { nearest } from "./problem.ts";
import { parseYaml } from "./yaml.ts";

/** A parsed file. */
export interface ConfigFile {
  /** Path of the file, for messages. */
  readonly path: string;
  /** Its members. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** A default that the program computes from something else, such as a key of another section. */
export interface DerivedDefault {
  /** The key: `section.key`, as in a file. */
  readonly path: string;
  /** The value as it is written in a file. */
  readonly value: unknown;
  /** Source of the value, for messages: a key or a file. */
  readonly origin: string;
}

/** All sources of a configuration. */
export interface ConfigSources {
  /** The main file, with a member per section. */
  readonly file?: ConfigFile;
  /** cn-infra's files, by section. */
  readonly pluginFiles: ReadonlyMap<string, ConfigFile>;
  /** Environment variables. */
  readonly env: Readonly<Record<string, string>>;
  /** A key is read from the variable `<prefix><SECTION>_<KEY>`; without a prefix from its aliases only. */
  readonly envPrefix?: string;
  /** Values of `--set section.key=value`. */
  readonly sets: ReadonlyMap<string, string>;
  /** Derived defaults by `section.key`. */
  readonly derived: ReadonlyMap<string, DerivedDefault>;
  /** Reads the file of a `file:` secret. */
  readonly readText: (path: string) => string;
}

/** Options of {@linkcode loadSources}. */
export interface LoadSourcesOptions {
  /** Value of `--config`. */
  configPath?: string;
  /** Values of `--set`, each `section.key=value`. */
  sets?: readonly string[];
  /** Value of `--config-dir`. */
  configDir?: string;
  /** Values of `--<plugin>-config`, by plugin. */
  pluginPaths?: Readonly<Record<string, string>>;
  /** Sections that may have a file of their own. */
  sections?: readonly string[];
  /** Environment variables. Default: those of the process. */
  env?: Readonly<Record<string, string>>;
  /** Prefix of the variables that set keys, such as `MY_AGENT_`. Default: keys have no variable beside their aliases. */
  envPrefix?: string;
  /** Paths searched in order when no file is named. Default: none. */
  defaultPaths?: readonly string[];
  /** Reads a text file; returns undefined if it does not exist. Default: reads the file system. */
  readText?: (path: string) => string | undefined;
}

/** Options of {@linkcode sourcesFrom}. */
export interface SourceValues {
  /** Contents of the main file. Default: nothing. */
  file?: ConfigFile;
  /** Contents of the plugins' own files, by section. Default: nothing. */
  pluginFiles?: ReadonlyMap<string, ConfigFile>;
  /** Environment variables. Default: none. */
  env?: Readonly<Record<string, string>>;
  /** Prefix of the variables that set keys, such as `MY_AGENT_`. Default: keys have no variable beside their aliases. */
  envPrefix?: string;
  /** Values of `--set`, each `section.key=value`. Default: none. */
  sets?: readonly string[];
  /** Reads a text file of a `file:` secret; returns undefined if it does not exist. Default: reads the file system. */
  readText?: (path: string) => string | undefined;
}

/**
 * Makes sources from values in the program. Reads no files and not the environment of the process.
 *
 * @throws {AgentError} `config_invalid` when a `--set` has no `=`.
 */
export function sourcesFrom(values: SourceValues = {}): ConfigSources {
  const { file, pluginFiles = new Map(), env = {}, envPrefix, sets = [] } = values;
  const { readText = readTextIfPresent } = values;
  return {
    file,
    pluginFiles,
    env,
    envPrefix,
    sets: new Map(sets.map(splitSet)),
    derived: new Map(),
    readText(path) {
      const text = readText(path);
      if (text === undefined) {
        throw new AgentError("config_unreadable", `Cannot read ${path}: no such file`);
      }
      return text;
    },
  };
}

/**
 * Adds derived defaults to the sources. A later default of the same key replaces an earlier one.
 *
 * @example
 * ```ts
 * import { readSection, sourcesFrom, text, withDerivedDefaults } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const derived = { path: "store.folder", value: "/data/store", origin: "paths.data" };
 * const sources = withDerivedDefaults(sourcesFrom(), [derived]);
 * const { values } = readSection("store", { folder: text({ doc: "Folder." }) }, sources);
 * assert.equal(values?.folder, "/data/store");
 * ```
 */
export function withDerivedDefaults(
  sources: ConfigSources,
  defaults: readonly DerivedDefault[],
): ConfigSources {
  const added = defaults.map((entry) => [entry.path, entry] as const);
  return { ...sources, derived: new Map([...sources.derived, ...added]) };
}

/**
 * Reads all sources: files and the environment of the process.
 *
 * @throws {AgentError} `config_unreadable` when a file that was named is missing or not YAML or JSON, or when
 * `configDir` is no folder; `config_invalid` when a `--set` has no `=`, or `pluginPaths` names an unknown plugin.
 *
 * @example
 * ```ts
 * import { loadSources } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const sources = await loadSources({ envPrefix: "MY_AGENT_", defaultPaths: ["./my-agent.yaml"] });
 * assert.equal(sources.file, undefined);
 * ```
 */
export async function loadSources(options: LoadSourcesOptions = {}): Promise<ConfigSources> {
  const { sets, sections = [], envPrefix } = options;
  const { env = Deno.env.toObject(), readText = readTextIfPresent } = options;
  checkPluginPaths(options);
  // Another reader may have files that are not in the file system.
  if (options.configDir && !options.readText) await checkFolder(options.configDir);
  const pluginFiles = new Map<string, ConfigFile>();
  for (const section of sections) {
    const file = await findPluginFile(section, options, env, readText);
    if (file) pluginFiles.set(section, file);
  }
  const file = await findMainFile(options, env, readText);
  return sourcesFrom({ file, pluginFiles, env, envPrefix, sets, readText });
}

/** A file for a plugin that does not exist would be ignored without a word. */
function checkPluginPaths({ pluginPaths = {}, sections = [] }: LoadSourcesOptions): void {
  const unknown = Object.keys(pluginPaths).find((plugin) => !sections.includes(plugin));
  if (unknown === undefined) return;
  const near = nearest(unknown, sections);
  const remedy = near === undefined
    ? "remove the option"
    : `did you mean --${near.replaceAll("_", "-")}-config?`;
  throw new AgentError(
    "config_invalid",
    `Cannot use --${
      unknown.replaceAll("_", "-")
    }-config: there is no plugin "${unknown}"; ${remedy}`,
  );
}

async function checkFolder(path: string): Promise<void> {
  let reason = "it is not a folder";
  try {
    if ((await Deno.stat(path)).isDirectory) return;
  } catch (error) {
    reason = error instanceof Deno.errors.NotFound ? "no such folder" : describeError(error);
  }
  throw new AgentError(
    "config_unreadable",
    `Cannot read the configuration folder ${path}: ${reason}; correct --config-dir`,
  );
}

async function findMainFile(
  { configPath, envPrefix, defaultPaths = [] }: LoadSourcesOptions,
  env: Readonly<Record<string, string>>,
  readText: (path: string) => string | undefined,
): Promise<ConfigFile | undefined> {
  const variable = envPrefix === undefined ? undefined : `${envPrefix}CONFIG`;
  const named = configPath || (variable && env[variable]);
  if (named) {
    const file = await readConfigFile(named, readText);
    if (file) return file;
    throw new AgentError(
      "config_unreadable",
      `Cannot read configuration ${named}: no such file; correct ${
        configPath ? "--config" : variable
      }`,
    );
  }
  for (const path of defaultPaths) {
    const file = await readConfigFile(path, readText);
    if (file) return file;
  }
  return undefined;
}

async function findPluginFile(
  section: string,
  { configDir, pluginPaths = {} }: LoadSourcesOptions,
  env: Readonly<Record<string, string>>,
  readText: (path: string) => string | undefined,
): Promise<ConfigFile | undefined> {
  const variable = `${section.replaceAll("-", "_").toUpperCase()}_CONFIG`;
  const named = pluginPaths[section] ?? env[variable];
  if (named === "") return undefined;
  const path = named ?? `${section}.conf`;
  const folder = configDir ?? env.CONFIG_DIR;
  const file = await readConfigFile(path, readText) ??
    (folder ? await readConfigFile(`${folder}/${path}`, readText) : undefined);
  if (!file && named) {
    throw new AgentError("config_unreadable", `Cannot read configuration ${named}: no such file`);
  }
  return file;
}

async function readConfigFile(
  path: string,
  readText: (path: string) => string | undefined,
): Promise<ConfigFile | undefined> {
  let text: string | undefined;
  try {
    text = readText(path);
    if (text === undefined) return undefined;
    const values = (path.endsWith(".json") ? parseJson(text) : await parseYaml(text)) ?? {};
    if (typeof values !== "object" || Array.isArray(values)) {
      throw new TypeError(`the document must be a mapping of keys, found ${kindText(values)}`);
    }
    return { path, values: values as Record<string, unknown> };
  } catch (cause) {
    throw new AgentError(
      "config_unreadable",
      `Cannot ${text === undefined ? "read" : "parse"} configuration ${path}: ${
        describeError(cause)
      }`,
      { cause },
    );
  }
}

function splitSet(argument: string): [string, string] {
  const at = argument.indexOf("=");
  const target = at < 0 ? argument : argument.slice(0, at);
  if (at < 1 || !target.includes(".")) {
    // The value is not shown: it may be a secret.
    throw new AgentError(
      "config_invalid",
      `Cannot use --set ${target}${
        at < 0 ? "" : "=..."
      }: must be section.key=value, for example --set rest.port=6060`,
    );
  }
  return [argument.slice(0, at), argument.slice(at + 1)];
}
