/**
 * Name and content of the ConfigMap that the agent owns, as the configuration service expects them.
 *
 * @module
 */
import type { ConfigMap, Owner } from "../../plugins/kubernetes/mod.ts";
import { type Identity, type Tmaas, tmaasFieldNames } from "../identity/mod.ts";
import type { CimSettings } from "../settings/mod.ts";
import { substituteYang } from "./yang.ts";

/** Key of the data of the settings document. */
export const settingsKey = "cim.json";

/**
 * Names under which the ConfigMap may exist, the one that is created first. The configuration service looks for the
 * names with the microservice, the first of them with and the second without version.
 */
export function configMapNames({ tmaas, microservice, version }: Identity): string[] {
  const names = [
    `${tmaas?.nfServiceType || microservice}-cim-${version}-mgmt-cfg`,
    `${microservice}-cim-${version}-mgmt-cfg`,
    `${microservice}-cim-mgmt-cfg`,
  ];
  return [...new Set(names)];
}

/** The file as it is stored: indented by one space. */
export function settingsText(settings: CimSettings): string {
  return JSON.stringify(settings, null, 1);
}

/** What the ConfigMap is made from. */
export interface ConfigMapParts {
  readonly identity: Identity & { readonly tmaas: Tmaas };
  readonly settings: CimSettings;
  /** YANG module before the substitution. */
  readonly yang: string;
  readonly owner: Owner | undefined;
}

/** The ConfigMap at its creation. */
export function configMapContent({ identity, settings, yang, owner }: ConfigMapParts): ConfigMap {
  const { tmaas, namespace, microservice, version } = identity;
  const topology = [...tmaasFieldNames].sort().map((name) => [name, tmaas[name]]);
  return {
    namespace,
    name: configMapNames(identity)[0],
    labels: { microSvcName: tmaas.nfServiceType || microservice },
    annotations: {
      configMgmt: "enabled",
      svcVersion: version,
      nwFnPrefix: namespace,
      "xgvela.com/tmaas": JSON.stringify(Object.fromEntries(topology)),
    },
    data: {
      __CFG_TYPE: "mgmt-cfg",
      [settingsKey]: settingsText(settings),
      "cim.yang": substituteYang(yang, { nfId: tmaas.nfId, microservice }),
      "updatePolicy.json": '{"cim":"Dynamic"}',
      revision: "0",
    },
    owner,
  };
}
