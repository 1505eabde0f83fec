/**
 * `static/common-infra.json`: endpoints of the infrastructure.
 *
 * @module
 */
import { describeError } from "../../core/mod.ts";

/** The document, with texts where XGVela's parser insisted on texts. Undefined where it says nothing. */
export interface CommonInfra {
  /** Endpoint of etcd, `host:port`. */
  readonly etcdUrl?: string;
  /** Bootstrap brokers, `host:port` each. */
  readonly kafkaBrokers?: readonly string[];
  /** Target of TCP logs, `host:port`. */
  readonly loggingSvcUrl?: string;
  /** Port of the node's own log collector. */
  readonly loggingSvcTcpPort?: string;
  /** Whether failed logs are sent again. */
  readonly enableRetrx: boolean;
  /** Whether logs are sent raw instead of in an envelope. */
  readonly isRawLog: boolean;
  /** Answered to an application that registers. */
  readonly apigwRestFqdn?: string;
  /** Answered to an application that registers. */
  readonly topoengineFqdn?: string;
}

/** A document and what is wrong with it. */
export interface CommonInfraResult {
  /** The members that can be used. */
  readonly infra: CommonInfra;
  /** Path of the file; empty when there is none. */
  readonly path: string;
  /** What is wrong, each with file and member; such a member counts as absent. */
  readonly problems: readonly string[];
}

const nothing: CommonInfra = Object.freeze({ enableRetrx: false, isRawLog: false });

/**
 * Reads the file below the folder of the mounted configuration. A file that is missing is no problem.
 *
 * @param readText Reads a file; undefined only when it does not exist.
 */
export function readCommonInfra(
  conf: string,
  readText: (path: string) => string | undefined,
): CommonInfraResult {
  const path = `${conf}/static/common-infra.json`;
  try {
    const text = readText(path);
    if (text === undefined) return { infra: nothing, path: "", problems: [] };
    return parseCommonInfra(JSON.parse(text), path);
  } catch (error) {
    return { infra: nothing, path, problems: [`${path}: ${describeError(error)}`] };
  }
}

/** Reads a parsed document. Booleans and numbers are taken where texts were meant. */
export function parseCommonInfra(document: unknown, path: string): CommonInfraResult {
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    return { infra: nothing, path, problems: [`${path}: wanted a JSON object`] };
  }
  const members = document as Readonly<Record<string, unknown>>;
  const problems: string[] = [];

  function text(name: string): string | undefined {
    const value = members[name];
    if (value === undefined || value === null || value === "") return undefined;
    if (typeof value === "string") return value;
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    problems.push(`${path}: ${name}: ${JSON.stringify(value)}, wanted a text`);
  }

  function texts(name: string): readonly string[] | undefined {
    const value = members[name];
    if (value === undefined || value === null) return undefined;
    if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
    problems.push(`${path}: ${name}: ${JSON.stringify(value)}, wanted a list of texts`);
  }

  const infra = Object.freeze({
    etcdUrl: text("etcd_url"),
    kafkaBrokers: texts("kafka_brokers"),
    loggingSvcUrl: text("logging_svc_url"),
    loggingSvcTcpPort: text("logging_svc_tcp_port"),
    enableRetrx: text("enable_retrx") === "true",
    isRawLog: text("log_format") === "text",
    apigwRestFqdn: text("apigw_rest_fqdn"),
    topoengineFqdn: text("topoengine_fqdn"),
  });
  return { infra, path, problems };
}
