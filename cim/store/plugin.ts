import { definePlugin, type Plugin } from "../../core/mod.ts";
import { etcdConfig, etcdToken } from "../../plugins/etcd/mod.ts";
import { localkvToken } from "../../plugins/localkv/mod.ts";
import { configStoreToken, stateStoreToken } from "./tokens.ts";

/** Provides the configuration store and the state store. Reads `etcd.endpoints`; does not wait for a server. */
export function store(): Plugin {
  return definePlugin({
    name: "store",
    section: "etcd",
    requires: [etcdToken, localkvToken],
    provides: [configStoreToken, stateStoreToken],
    config: { endpoints: etcdConfig.endpoints },
    init({ config, get, provide, log }) {
      const embedded = get(localkvToken);
      const kind = config.endpoints?.length ? "etcd" : "localkv";
      provide(configStoreToken, { kind, store: kind === "etcd" ? get(etcdToken) : embedded });
      provide(stateStoreToken, embedded.withPrefix("state/"));
      log.info("Configuration store chosen", { kind });
    },
  });
}
