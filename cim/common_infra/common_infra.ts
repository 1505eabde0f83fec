/**
 * Format of `static/common-infra.json`.
 *
 * @module
 */
import { describeError, json, list, text as textField } from "../../core/mod.ts";
import { parseHostPort } from "../../core/net/mod.ts";

/** The document. Members that are absent or malformed are undefined. */
export interface CommonInfra {
  /** Endpoint of etcd, `host:port`. */
  readonly etcdUrl?: string;
  /** Bootstrap brokers of Kafka, `host:port` each. */
  readonly kafkaBrokers?: readonly string[];
  /** Log collector that TCP logs go to, `host:port`. */
  readonly loggingSvcUrl?: string;
  /** Port of the log collector that runs on each node. */
  readonly loggingSvcTcpPort?: string;
  /** Whether log lines that could not be sent are sent again. */
  readonly enableRetrx: boolean;
  /** Whether log lines are sent as they are, without the JSON envelope (`log_format` is `text`). */
  readonly isRawLog: boolean;
  /** Address of the API gateway, part of the answer to an application that registers. */
  readonly apigwRestFqdn?: string;
  /** Address of the topology engine, part of the answer to an application that registers. */
  readonly topoengineFqdn?: string;
}

/** What {@linkcode readCommonInfra} found. */
export interface CommonInfraResult {
  /** The members that are well-formed. */
  readonly infra: CommonInfra;
  /** Path of the file; empty when it does not exist. */
  readonly path: string;
  /** One text for each malformed member, with file and member; such a member counts as absent. */
  readonly problems: readonly string[];
}

const nothing: CommonInfra = Object.freeze({ enableRetrx: false, isRawLog: false });

/** Path of the document below the folder `conf` of the mounted configuration. */
export function commonInfraPath(conf: string): string {
  return `${conf}/static/common-infra.json`;
}

/**
 * Reads the file below the folder `conf` of the mounted configuration. Never throws; a missing file is not a
 * problem.
 *
 * @param readText Returns the text of a file, or undefined if the file does not exist.
 */
export function readCommonInfra(
  conf: string,
  readText: (path: string) => string | undefined,
): CommonInfraResult {
  const path = commonInfraPath(conf);
  let text: string | undefined;
  try {
    text = readText(path);
  } catch (error) {
    return { infra: nothing, path, problems: [`${path}: ${describeError(error)}`] };
  }
  if (text === undefined) return { infra: nothing, path: "", problems: [] };
  return parseCommonInfraText(text, path);
}

/** Reads the text of a document. */
export function parseCommonInfraText(text: string, path: string): CommonInfraResult {
  try {
    return parseCommonInfra(JSON.parse(text), path);
  } catch (error) {
    return { infra: nothing, path, problems: [`${path}: ${describeError(error)}`] };
  }
}

const checks = {
  document: json((z) => z.record(z.string(), z.unknown()), { doc: "The document." }),
  text: textField({ doc: "A member." }),
  texts: list({ doc: "A member." }),
};

/** Reads a parsed document. Numbers and booleans are accepted in place of strings. */
export function parseCommonInfra(document: unknown, path: string): CommonInfraResult {
  const checked = checks.document.check(document);
  if ("issues" in checked) {
    return { infra: nothing, path, problems: [`${path}: ${checked.issues.join("; ")}`] };
  }
  const members: Readonly<Record<string, unknown>> = checked.value ?? {};
  const problems: string[] = [];

  function text(name: string): string | undefined {
    const value = members[name];
    if (value === undefined || value === null || value === "") return undefined;
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    const checked = checks.text.check(value);
    if ("value" in checked) return checked.value;
    problems.push(`${path}: ${name}: ${checked.issues.join("; ")}`);
  }

  function hostPort(name: string): string | undefined {
    const value = text(name);
    if (value === undefined || parseHostPort(value) !== undefined) return value;
    problems.push(`${path}: ${name}: must be host:port, found ${JSON.stringify(value)}`);
  }

  function texts(name: string): readonly string[] | undefined {
    const value = members[name];
    if (value === undefined || value === null) return undefined;
    const checked = checks.texts.check(value);
    if ("value" in checked) return checked.value;
    problems.push(`${path}: ${name}: ${checked.issues.join("; ")}`);
  }

  const infra = Object.freeze({
    etcdUrl: text("etcd_url"),
    kafkaBrokers: texts("kafka_brokers"),
    loggingSvcUrl: hostPort("logging_svc_url"),
    loggingSvcTcpPort: text("logging_svc_tcp_port"),
    enableRetrx: text("enable_retrx") === "true",
    isRawLog: text("log_format") === "text",
    apigwRestFqdn: text("apigw_rest_fqdn"),
    topoengineFqdn: text("topoengine_fqdn"),
  });
  return { infra, path, problems };
}
