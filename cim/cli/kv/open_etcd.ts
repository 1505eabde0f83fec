import { createAgent } from "../../../core/mod.ts";
import { etcd, etcdToken } from "../../../plugins/etcd/mod.ts";
import type { ProductConfiguration } from "../read_configuration.ts";
import type { OpenedStore } from "./open_store.ts";

/** Opens etcd as configured: an agent of this one plugin. */
export async function openEtcd(
  { sources }: Pick<ProductConfiguration, "sources">,
): Promise<OpenedStore> {
  // What other plugins are told is unknown to this one, and has been checked.
  const only = {
    ...sources,
    file: sources.file && { ...sources.file, values: { etcd: sources.file.values.etcd ?? {} } },
    pluginFiles: new Map([...sources.pluginFiles].filter(([section]) => section === "etcd")),
    sets: new Map([...sources.sets].filter(([target]) => target.startsWith("etcd."))),
  };
  const agent = createAgent({ plugins: [etcd()], sources: only, name: "cim kv" });
  await agent.start();
  return { store: agent.get(etcdToken), [Symbol.asyncDispose]: () => agent.stop() };
}
