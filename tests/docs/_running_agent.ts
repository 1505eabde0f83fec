import { cimPlugins } from "../../cim/assembly/mod.ts";
import { tempDir } from "../_support/temp_dir.ts";
import { type Agent, createAgent, LogRegistry, sourcesFrom } from "../../core/mod.ts";

/**
 * Runs the whole product in this process, with ports and folders of its own, and returns what `use` makes
 * of it.
 */
export async function withRunningAgent<T>(
  config: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  use: (agent: Agent, folder: string) => T | Promise<T>,
): Promise<T> {
  const names = ["conf", "config", "logs", "data"];
  using folder = tempDir({ folders: names });
  const paths = Object.fromEntries(names.map((name) => [name, folder.join(name)]));
  const file = {
    own_log: { level: "off" },
    paths,
    rest: { port: 0 },
    nats: { port: 0 },
    localkv: { folder: paths.data },
    identity: { microservice: "shop" },
    ...config,
  };
  const sources = sourcesFrom({
    file: { path: "docs.json", values: file },
    env: { K8S_NAMESPACE: "default", K8S_POD_ID: "shop-0" },
  });
  // No sink until the configuration is read, and nothing for it after that.
  const logs = new LogRegistry({ sinks: [] });
  await using agent = createAgent({ plugins: cimPlugins(), sources, logs });
  await agent.start();
  return await use(agent, folder.path);
}
