/**
 * Identity of this pod: names, labels, topology and revisions, from the section `identity`, XGVela's variables and
 * the files of a downward API volume, in that order. The files are read again periodically, so changed labels and
 * annotations take effect without a restart.
 *
 * Nothing here is fatal: a missing or malformed value is reported with its place, and the status says so. This
 * folder calls no Kubernetes API.
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
export { IdentityHolder } from "./identity_holder.ts";
export { identity } from "./plugin.ts";
export { type IdentityFacts, type IdentityProblem, resolveIdentity } from "./resolve.ts";
export { parseTmaas } from "./tmaas.ts";
