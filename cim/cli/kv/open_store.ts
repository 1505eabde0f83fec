import type { KeyValueStore } from "../../../core/mod.ts";
import type { ConfigOptions } from "../config_options.ts";
import type { CliIo } from "../io.ts";
import { readConfiguration } from "../read_configuration.ts";
import { restAddress } from "../rest_address.ts";
import { RestStore } from "./rest_store.ts";

/** The part of a store that the commands use. */
export type CliStore = Pick<KeyValueStore, "get" | "put" | "delete" | "list" | "watch">;

/** A store to be closed by whoever opened it. */
export interface OpenedStore extends AsyncDisposable {
  readonly store: CliStore;
}

/**
 * Opens the store that the configuration names.
 *
 * @throws {AgentError} `config_invalid` when the configuration has problems.
 */
export async function openStore(options: ConfigOptions, io: CliIo): Promise<OpenedStore> {
  const configuration = await readConfiguration(options, io);
  const { endpoints } = configuration.values("etcd") as { endpoints?: readonly string[] };
  if (endpoints && endpoints.length > 0) {
    const { openEtcd } = await import("./open_etcd.ts");
    return await openEtcd(configuration);
  }
  return {
    store: new RestStore(restAddress(configuration)),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
