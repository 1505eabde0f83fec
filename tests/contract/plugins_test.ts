/**
 * Checks the plugin contract for every plugin of the product, each with only the plugins that it requires.
 *
 * @module
 */
import { cimPlugins } from "../../cim/assembly/mod.ts";
import { mergeSections, type Plugin } from "../../core/mod.ts";
import { pluginContract, type PluginFixture } from "../../core/testing/mod.ts";
import { tempDir } from "../_support/temp_dir.ts";

const all = cimPlugins();

for (const plugin of all) {
  const others = providersOf(plugin);
  pluginContract({ plugin, others, open: () => Promise.resolve(ownFolder([...others, plugin])) });
}

const kubeconfig = new URL("../plugins/kubernetes/data/kubeconfig.yaml", import.meta.url);

/** Connectors whose server is configured but not running. */
const withoutServer: Record<string, Record<string, unknown>> = {
  etcd: { endpoints: ["127.0.0.1:1"] },
  kafka: { brokers: ["127.0.0.1:1"] },
  kubernetes: { kubeconfig: kubeconfig.pathname },
  nats: { url: "nats://127.0.0.1:1" },
};
for (const [name, section] of Object.entries(withoutServer)) {
  const plugin = all.find((plugin) => plugin.name === name)!;
  const config = { [plugin.section]: section };
  const open = () => Promise.resolve({ config, [Symbol.asyncDispose]: () => Promise.resolve() });
  pluginContract({ name: `${name} without its server`, plugin, open });
}

/** The plugins that a plugin requires, directly or through others. */
function providersOf(plugin: Plugin): Plugin[] {
  const found = new Set<Plugin>();
  function visit({ requires }: Plugin): void {
    for (const token of requires) {
      const provider = all.find(({ provides }) => provides.includes(token));
      if (!provider || found.has(provider)) continue;
      visit(provider);
      found.add(provider);
    }
  }
  visit(plugin);
  return [...found];
}

/** The configuration of these plugins with folders and ports of its own. */
function ownFolder(plugins: readonly Plugin[]): PluginFixture {
  const names = ["conf", "config", "logs", "data"];
  const folder = tempDir({ folders: names });
  const paths = Object.fromEntries(names.map((name) => [name, folder.join(name)]));
  const config: Record<string, Record<string, unknown>> = {
    own_log: { level: "off" },
    paths,
    identity: { microservice: "shop", namespace: "default", pod_name: "shop-0" },
    rest: { port: 0 },
    nats: { port: 0 },
    localkv: { folder: paths.data },
  };
  return {
    config: knownTo(plugins, config),
    [Symbol.asyncDispose]() {
      folder[Symbol.dispose]();
      return Promise.resolve();
    },
  };
}

/** The keys of the configuration that these plugins have. */
function knownTo(
  plugins: readonly Plugin[],
  config: Record<string, Record<string, unknown>>,
): Record<string, Record<string, unknown>> {
  const sections = plugins.map(({ section, config }) => ({ section, fields: config }));
  const known: Record<string, Record<string, unknown>> = {};
  for (const [section, fields] of mergeSections(sections)) {
    const keys = new Set(fields.map(([key]) => key));
    const members = Object.entries(config[section] ?? {}).filter(([key]) => keys.has(key));
    known[section] = Object.fromEntries(members);
  }
  return known;
}
