import type { Plugin } from "../plugin/mod.ts";

/** Files, ports and variables that one agent needs to run the plugin. */
export interface PluginFixture extends AsyncDisposable {
  /** Sections and keys as in a configuration file. Default: all defaults. */
  readonly config?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Environment variables. Default: none. */
  readonly env?: Readonly<Record<string, string>>;
  /** Prefix of the variables that set keys. Default: only the aliases of keys are read. */
  readonly envPrefix?: string;
}

/** The plugin under test. */
export interface PluginSubject {
  /** Prefix of the test names. Default: the name of the plugin. */
  name?: string;
  /** The plugin. All agents of the suite use this object. */
  plugin: Plugin;
  /** Plugins that provide what it requires. Default: none. */
  others?: readonly Plugin[];
  /** Prepares the fixture of one agent. Default: an empty one. */
  open?(): Promise<PluginFixture>;
}

/** One rule of the contract. */
export type PluginCase = (subject: Required<PluginSubject>) => Promise<void> | void;
