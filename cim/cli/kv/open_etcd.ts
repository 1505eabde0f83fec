import { createAgent } from "../../../core/mod.ts";
import { etcd, etcdToken } from "../../../plugins/etcd/mod.ts";
import type { ProductConfiguration } from "../read_configuration.ts";
import type { OpenedStore } from "./opened_store.ts";

/** Connects to etcd as configured, through an agent with this one plugin. */
export async function openEtcd(
  { sources }: Pick<ProductConfiguration, "sources">,
): Promise<OpenedStore> {
  // The keys of other sections have been checked; this agent would refuse them as unknown.
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
