import type { ConfigOptions } from "../config_options.ts";
import type { CliIo } from "../io.ts";
import { restAddress } from "../ask_agent.ts";
import { readConfiguration } from "../read_configuration.ts";
import type { OpenedStore } from "./opened_store.ts";
import { RestStore } from "./rest_store.ts";

/**
 * Opens the configured store.
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
