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
import { parse as parseYaml } from "../std/yaml/mod.ts";

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

/**
 * Reads all sources.
 *
 * @throws {AgentError} `config_unreadable` when a file that was named is missing or not YAML or JSON, or
 * `config_invalid` when a `--set` has no `=`.
 */
export function loadSources(options: LoadSourcesOptions = {}): ConfigSources {
  const { configPath, sets = [], sections = [] } = options;
  const { env = Deno.env.toObject(), readText = readIfPresent } = options;
  const pluginFiles = new Map<string, ConfigFile>();
  for (const section of sections) {
    const file = findPluginFile(section, options, env, readText);
    if (file) pluginFiles.set(section, file);
  }
  return {
    file: findMainFile(configPath || env.CIM_CONFIG, readText),
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

function findMainFile(
  named: string | undefined,
  readText: (path: string) => string | undefined,
): ConfigFile | undefined {
  if (named) {
    const file = readConfigFile(named, readText);
    if (file) return file;
    throw new AgentError(
      "config_unreadable",
      `Cannot read configuration ${named}: no such file; correct --config or CIM_CONFIG`,
    );
  }
  for (const path of defaultConfigPaths) {
    const file = readConfigFile(path, readText);
    if (file) return file;
  }
  return undefined;
}

function findPluginFile(
  section: string,
  { configDir, pluginPaths = {} }: LoadSourcesOptions,
  env: Readonly<Record<string, string>>,
  readText: (path: string) => string | undefined,
): ConfigFile | undefined {
  const variable = `${section.replaceAll("-", "_").toUpperCase()}_CONFIG`;
  const named = pluginPaths[section] ?? env[variable];
  if (named === "") return undefined;
  const path = named ?? `${section}.conf`;
  const folder = configDir ?? env.CONFIG_DIR;
  const file = readConfigFile(path, readText) ??
    (folder ? readConfigFile(`${folder}/${path}`, readText) : undefined);
  if (!file && named) {
    throw new AgentError("config_unreadable", `Cannot read configuration ${named}: no such file`);
  }
  return file;
}

function readConfigFile(
  path: string,
  readText: (path: string) => string | undefined,
): ConfigFile | undefined {
  let text: string | undefined;
  try {
    text = readText(path);
    if (text === undefined) return undefined;
    const values = parseYaml(text) ?? {};
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
