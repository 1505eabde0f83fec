/**
 * Finds what a schema cannot: addresses that are not addresses, certificates that cannot be read, users that
 * contradict one another. Each group of plugins that checks such things is started alone, on a free port, and stopped.
 *
 * @module
 */
import {
  type ConfigSources,
  createAgent,
  hasCode,
  LogRegistry,
  type Plugin,
} from "../../core/mod.ts";
import { etcd } from "../../plugins/etcd/mod.ts";
import { http } from "../../plugins/http/mod.ts";
import { nats } from "../../plugins/nats/mod.ts";
import { natsServer } from "../../plugins/nats_server/mod.ts";
import { defaultCertificates } from "../assembly/mod.ts";
import { identity } from "../identity/mod.ts";
import { failureText } from "./exit_code.ts";
import { onlySection } from "./only_section.ts";

/** Plugins that are started together. */
interface Group {
  readonly section: string;
  readonly plugins: readonly Plugin[];
  /** Values that replace configured ones. */
  readonly sets?: Readonly<Record<string, string>>;
  /** Status that is a problem; that of a plugin that connects in the background is none. Default: none is. */
  readonly badState?: "error" | "degraded";
}

/** Codes of failures that are due to this machine and not to the configuration. */
const localCodes: readonly string[] = ["address_in_use", "address_unavailable"];

/**
 * Starts the plugins and returns one text for each section that cannot be used. The configuration must be valid by
 * its schema. Finds nothing where the process may not listen.
 */
export async function tryStart(sources: ConfigSources): Promise<string[]> {
  if ((await Deno.permissions.query({ name: "net" })).state !== "granted") return [];
  const groups: readonly Group[] = [
    { section: "identity", plugins: [identity()], badState: "error" },
    {
      section: "rest",
      plugins: [http({ defaultTls: defaultCertificates })],
      sets: { "rest.port": "0" },
      // Certificates that cannot be used leave the port without TLS.
      badState: "degraded",
    },
    { section: "nats", plugins: [natsServer(), nats()], sets: { "nats.port": "0" } },
    { section: "etcd", plugins: [etcd()] },
  ];
  const problems = await Promise.all(groups.map((group) => startGroup(group, sources)));
  return problems.flat();
}

async function startGroup(group: Group, sources: ConfigSources): Promise<string[]> {
  const { section, plugins, sets = {}, badState } = group;
  const only = onlySection(sources, section);
  const changed = { ...only, sets: new Map([...only.sets, ...Object.entries(sets)]) };
  const logs = new LogRegistry({ sinks: [] });
  await using agent = createAgent({ plugins, sources: changed, logs, name: "cim validate" });
  try {
    await agent.start();
  } catch (error) {
    const isLocal = localCodes.some((code) => hasCode(error, code));
    return isLocal ? [] : [`${section}: ${failureText(error)}`];
  }
  return agent.status.agent().plugins.filter(({ state }) => state === badState)
    .map(({ reason }) => reason);
}
