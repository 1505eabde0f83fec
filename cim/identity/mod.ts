/**
 * Who this pod is: names, labels, topology and revisions, from the section `identity`, XGVela's
 * variables and the files of a downward API volume, in that order. Nothing here is fatal: what is missing
 * or malformed is told with its place, and the agent runs degraded. It asks no Kubernetes API.
 *
 * @module
 */
export { findContainerId } from "./container_id.ts";
export { parseDownward } from "./downward.ts";
export {
  type Identity,
  identityToken,
  type LiveIdentity,
  type Tmaas,
  type TmaasField,
  tmaasFieldNames,
} from "./identity.ts";
export { identity } from "./plugin.ts";
export { type IdentityFacts, resolveIdentity } from "./resolve.ts";
export { parseTmaas } from "./tmaas.ts";
