/**
 * Where values come from. Precedence: `--set` over environment over a plugin's own file over the main
 * file over the default.
 *
 * The main file is the first of `--config`, `CIM_CONFIG`, `./cim.yaml`, `./cim.json`,
 * `/opt/config/cim.yaml`; a file that was named must exist. (`/opt/config/cim.json` is XGVela CIM's own
 * document and not read here.) A plugin's own file is cn-infra's `<plugin>.conf`: named by
 * `--<plugin>-config` or `<PLUGIN>_CONFIG` (dashes as underscores), relative to the working directory, else
 * to `--config-dir` or `CONFIG_DIR`; an empty name disables it. In those files a dash in a key counts as an underscore and a bare number as nanoseconds.
 *
 * @module
 */
import { AgentError, describeError } from "../errors/mod.ts";

/** A parsed file. */
export interface ConfigFile {
  /** Where it lies, for messages. */
  readonly path: string;
  /** Its members. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** Everything a configuration is made from. */
export interface ConfigSources {
  /** The main file, with a member per section. */
  readonly file?: ConfigFile;
  /** cn-infra's files, by section. */
  readonly pluginFiles: ReadonlyMap<string, ConfigFile>;
  /** Environment variables. */
  readonly env: Readonly<Record<string, string>>;
  /** Values of `--set section.key=value`. */
  readonly sets: ReadonlyMap<string, string>;
  /** Reads the file of a `file:` secret. */
  readonly readText: (path: string) => string;
}

/** What {@linkcode loadSources} takes. */
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
  /** The environment. Default: that of the process. */
  env?: Readonly<Record<string, string>>;
  /** Reads a text file, undefined if it does not exist. Default: the file system. */
  readText?: (path: string) => string | undefined;
}

/** Places searched when no file is named. */
export const defaultConfigPaths: readonly string[] = [
  "./cim.yaml",
  "./cim.json",
  "/opt/config/cim.yaml",
];

/** What {@linkcode sourcesFrom} takes. */
export interface SourceValues {
  /** What the main file would say. */
  file?: ConfigFile;
  /** What plugins' own files would say, by section. Default: nothing. */
  pluginFiles?: ReadonlyMap<string, ConfigFile>;
  /** The environment. Default: empty. */
  env?: Readonly<Record<string, string>>;
  /** What `--set` would say, each `section.key=value`. Default: nothing. */
  sets?: readonly string[];
  /** Reads a text file for a `file:` secret, undefined if it does not exist. Default: the file system. */
  readText?: (path: string) => string | undefined;
}

/**
 * Makes sources from values in the program, without looking at files or at the process's environment.
 *
 * @throws {AgentError} `config_invalid` when a `--set` has no `=`.
 */
export function sourcesFrom(values: SourceValues = {}): ConfigSources {
  const { file, pluginFiles = new Map(), env = {}, sets = [], readText = readIfPresent } = values;
  return {
    file,
    pluginFiles,
    env,
    sets: new Map(sets.map(splitSet)),
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
 * Reads all sources.
 *
 * @throws {AgentError} `config_unreadable` when a file that was named is missing or not YAML or JSON, or
 * `config_invalid` when a `--set` has no `=`.
 */
export async function loadSources(options: LoadSourcesOptions = {}): Promise<ConfigSources> {
  const { configPath, sets, sections = [] } = options;
  const { env = Deno.env.toObject(), readText = readIfPresent } = options;
  const pluginFiles = new Map<string, ConfigFile>();
  for (const section of sections) {
    const file = await findPluginFile(section, options, env, readText);
    if (file) pluginFiles.set(section, file);
  }
  const file = await findMainFile(configPath || env.CIM_CONFIG, readText);
  return sourcesFrom({ file, pluginFiles, env, sets, readText });
}

async function findMainFile(
  named: string | undefined,
  readText: (path: string) => string | undefined,
): Promise<ConfigFile | undefined> {
  if (named) {
    const file = await readConfigFile(named, readText);
    if (file) return file;
    throw new AgentError(
      "config_unreadable",
      `Cannot read configuration ${named}: no such file; correct --config or CIM_CONFIG`,
    );
  }
  for (const path of defaultConfigPaths) {
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
    // The parser costs more than the rest of a start: it is loaded for those who have a file.
    const { parse } = await import("../std/yaml/mod.ts");
    const values = parse(text) ?? {};
    if (typeof values !== "object" || Array.isArray(values)) {
      throw new TypeError("the document is not a mapping of keys to values");
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

function readIfPresent(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return undefined;
    }
    throw error;
  }
}

function splitSet(argument: string): [string, string] {
  const at = argument.indexOf("=");
  if (at < 1 || !argument.slice(0, at).includes(".")) {
    throw new AgentError(
      "config_invalid",
      `Cannot use --set ${argument}: must be section.key=value, for example --set rest.port=6060`,
    );
  }
  return [argument.slice(0, at), argument.slice(at + 1)];
}
