/**
 * The folder that contains everything the agent of the demo reads and writes.
 *
 * @module
 */
import { stringifyYaml } from "../../../core/mod.ts";
import { defaultSettings } from "../../settings/mod.ts";
import { freeAppPort, freePort } from "./ports.ts";

/** Folders, ports and keys of the demo. */
export interface Workspace {
  readonly folder: string;
  readonly logs: string;
  readonly restUrl: string;
  readonly natsUrl: string;
  readonly appPort: number;
  /** Port of the log collector, which runs during one step only. */
  readonly collectorPort: number;
  /** Path of the agent's configuration file. */
  readonly configPath: string;
  /** Key of a change-set for one data file. */
  changeSetKey(dataKey: string, revision: number): string;
  readonly commitKey: string;
}

/** Name of the demo's service, pod, namespace and container. */
export const demoNames = Object.freeze({
  namespace: "demo",
  microservice: "sample",
  version: "v1",
  pod: "sample-0",
  container: "sample",
  containerId: "0001",
});

/** Creates the folder with `cim.yaml`, `cim.json` and `common-infra.json`. Log files rotate at 1 MiB, the buffer waits 30 s. */
export async function createWorkspace(): Promise<Workspace> {
  const folder = await Deno.makeTempDir({ prefix: "cim_demo_" });
  const [rest, nats, collectorPort] = [freePort(), freePort(), freePort()];
  const appPort = freeAppPort();
  const { namespace, microservice, version, pod } = demoNames;
  for (const name of ["conf/static", "config", "logs", "data"]) {
    await Deno.mkdir(`${folder}/${name}`, { recursive: true });
  }
  const configPath = `${folder}/cim.yaml`;
  await Deno.writeTextFile(
    configPath,
    await stringifyYaml({
      own_log: { level: "warn" },
      shutdown: { grace: "10s" },
      rest: { port: rest },
      nats: { port: nats },
      paths: {
        conf: `${folder}/conf`,
        config: `${folder}/config`,
        logs: `${folder}/logs`,
        data: `${folder}/data`,
      },
      identity: {
        namespace,
        pod_name: pod,
        microservice,
        version,
        ms_revision: "1",
        podinfo: `${folder}/conf`,
      },
    }),
  );
  await Deno.writeTextFile(`${folder}/conf/cim.json`, JSON.stringify(demoSettings(appPort)));
  const infra = { logging_svc_url: `127.0.0.1:${collectorPort}`, enable_retrx: "true" };
  await Deno.writeTextFile(`${folder}/conf/static/common-infra.json`, JSON.stringify(infra));
  const scope = `${namespace}/${microservice}/${version}/ms`;
  return {
    folder,
    logs: `${folder}/logs`,
    restUrl: `http://127.0.0.1:${rest}`,
    natsUrl: `nats://127.0.0.1:${nats}`,
    appPort,
    collectorPort,
    configPath,
    changeSetKey: (dataKey, revision) => `change-set/${scope}/${dataKey}/${revision}`,
    commitKey: `commit-config/${scope}/${pod}`,
  };
}

function demoSettings(appPort: number): unknown {
  const { cimConfig } = defaultSettings();
  const { lmaas, app_settings } = cimConfig;
  return {
    cimConfig: {
      ...cimConfig,
      lmaas: { ...lmaas, max_file_size_in_mb: 1, flush_timeout: 30 },
      app_settings: { ...app_settings, app_port: appPort },
    },
  };
}
