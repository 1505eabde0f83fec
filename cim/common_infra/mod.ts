/**
 * The infrastructure document `static/common-infra.json`: endpoints of etcd, Kafka and the log collector, and
 * what is answered to an application that registers.
 *
 * The document is optional. A malformed document or member is a warning and a degraded status, counts as
 * absent, and never stops the agent: everything it says can be configured elsewhere. Parts of a running agent
 * take {@linkcode commonInfraToken}, which follows changes of the file; {@linkcode readCommonInfra} is for what must be
 * known before the start: the endpoints of etcd and Kafka.
 *
 * @module
 */
export {
  type CommonInfra,
  commonInfraPath,
  type CommonInfraResult,
  parseCommonInfra,
  parseCommonInfraText,
  readCommonInfra,
} from "./common_infra.ts";
export { CommonInfraHolder, type LiveCommonInfra } from "./live_common_infra.ts";
export { commonInfra, commonInfraToken } from "./plugin.ts";
