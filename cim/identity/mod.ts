/**
 * Identity of this pod: names, labels, annotations, topology and revisions. What the operator sets in the section
 * `identity` or XGVela's variables comes first; the rest is that of the pod in Kubernetes, which is watched, and while
 * the pod is not known there, that of the files of a downward API volume, which are read periodically. So changed
 * labels and annotations take effect without a restart, and no event costs a call.
 *
 * Nothing here is fatal: a missing or malformed value is reported with its place, and the status says so. While the
 * Kubernetes API does not answer, the last known pod stays in use.
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
