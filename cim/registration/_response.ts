import type { Secret } from "../../core/mod.ts";
import { type Identity, type Tmaas, tmaasFieldNames } from "../identity/mod.ts";
import type { CommonInfra } from "../common_infra/mod.ts";

/** Facts that an answer contains. */
export interface AnswerFacts {
  readonly identity: Identity;
  readonly infra: CommonInfra;
  readonly apigwUsername: Secret | undefined;
  readonly apigwPassword: Secret | undefined;
}

/** Body of the answer to a successful registration, with its members in the order of the contract. */
export function successAnswer(
  { identity, infra, apigwUsername, apigwPassword }: AnswerFacts,
): Record<string, unknown> {
  const { namespace, tmaas, topogwFqdn } = identity;
  return {
    status: "success",
    tmaas_fqdn: topogwFqdn || `topo-gw.${namespace}.svc.cluster.local:8080`,
    apigw_rest_fqdn: infra.apigwRestFqdn ?? `cmaas.${namespace}.svc.cluster.local:8008`,
    apigw_rest_uri_prefix: "/restconf/tailf/query",
    apigw_auth_type: "Basic",
    apigw_username: apigwUsername?.reveal() ?? "",
    apigw_password: apigwPassword?.reveal() ?? "",
    topo_engine_fqdn: infra.topoengineFqdn ?? `tmaas.${namespace}.svc.cluster.local:8080`,
    tmaas_annotations: tmaas ? inOrder(tmaas) : null,
  };
}

/** Body of the answer to a failed registration. */
export function failureAnswer(message: string): Record<string, unknown> {
  return {
    status: "failure",
    tmaas_fqdn: "",
    err_msg: message,
    apigw_rest_fqdn: "",
    apigw_rest_uri_prefix: "",
    apigw_auth_type: "",
    apigw_username: "",
    apigw_password: "",
    topo_engine_fqdn: "",
    tmaas_annotations: null,
  };
}

function inOrder(tmaas: Tmaas): Record<string, string> {
  return Object.fromEntries(tmaasFieldNames.map((name) => [name, tmaas[name]]));
}
