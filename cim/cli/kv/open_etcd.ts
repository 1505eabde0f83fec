import { createAgent } from "../../../core/mod.ts";
import { etcd, etcdToken } from "../../../plugins/etcd/mod.ts";
import { onlySection } from "../only_section.ts";
import type { ProductConfiguration } from "../read_configuration.ts";
import type { OpenedStore } from "./opened_store.ts";

/** Connects to etcd as configured, through an agent with this one plugin. */
export async function openEtcd(
  { sources }: Pick<ProductConfiguration, "sources">,
): Promise<OpenedStore> {
  const only = onlySection(sources, "etcd");
  const agent = createAgent({ plugins: [etcd()], sources: only, name: "cim kv" });
  await agent.start();
  return { store: agent.get(etcdToken), [Symbol.asyncDispose]: () => agent.stop() };
}
