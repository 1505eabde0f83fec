/**
 * Certificates and password of the connections, read from their files before each new connection, so that replaced
 * ones take effect with the next one.
 *
 * @module
 */
import { AgentError, describeError } from "../../core/errors/mod.ts";
import type { ConfigOf } from "../../core/config/mod.ts";
import { readRegularFile } from "../../core/files/mod.ts";
import type { ConfigIssue } from "../../core/plugin/mod.ts";
import type { kafkaConfig, KafkaLogin } from "./config.ts";
import type { SaslLogin, SaslMechanism, Security, TlsMaterial } from "./driver.ts";
import { kafkaErrors } from "./errors.ts";

type SecurityConfig = Pick<
  ConfigOf<typeof kafkaConfig>,
  | "login"
  | "user"
  | "password"
  | "passwordFile"
  | "tls"
  | "caFile"
  | "certFile"
  | "keyFile"
  | "tlsServerName"
>;

const mechanisms: Readonly<Record<Exclude<KafkaLogin, "none">, SaslMechanism>> = {
  plain: "PLAIN",
  "scram-sha-256": "SCRAM-SHA-256",
  "scram-sha-512": "SCRAM-SHA-512",
};

/** Contradictions between the keys of login and TLS. */
export function securityIssues(config: SecurityConfig): ConfigIssue[] {
  const { login, user, password, passwordFile, tls, caFile, certFile, keyFile, tlsServerName } =
    config;
  const issues: ConfigIssue[] = [];
  const hasPassword = password !== undefined || passwordFile !== undefined;
  if (login !== "none" && user === undefined) {
    issues.push({ key: "user", message: `is missing; login "${login}" needs it` });
  }
  if (login !== "none" && !hasPassword) {
    issues.push({ key: "password", message: `is missing; login "${login}" needs it` });
  }
  if (login === "none" && (user !== undefined || hasPassword)) {
    issues.push({ key: "login", message: "is none although user or password is set; set it too" });
  }
  if (password !== undefined && passwordFile !== undefined) {
    issues.push({ key: "password_file", message: "is set beside password; remove one of them" });
  }
  if ((certFile === undefined) !== (keyFile === undefined)) {
    const key = certFile === undefined ? "cert_file" : "key_file";
    issues.push({ key, message: "is missing; a client certificate needs both files" });
  }
  if (!tls && [caFile, certFile, keyFile, tlsServerName].some((value) => value !== undefined)) {
    issues.push({ key: "tls", message: "is false although a key of TLS is set; set it to true" });
  }
  return issues;
}

/** Reads the files of a section without {@linkcode securityIssues}. @throws {AgentError} When one cannot be read. */
export async function readSecurity(config: SecurityConfig): Promise<Security> {
  const [tls, sasl] = await Promise.all([readTls(config), readLogin(config)]);
  return { ...tls && { tls }, ...sasl && { sasl } };
}

async function readTls(config: SecurityConfig): Promise<TlsMaterial | undefined> {
  const { tls, caFile, certFile, keyFile, tlsServerName: serverName } = config;
  if (!tls) return undefined;
  const [ca, cert, key] = await Promise.all([
    readIfNamed("ca_file", caFile),
    readIfNamed("cert_file", certFile),
    readIfNamed("key_file", keyFile),
  ]);
  return {
    ...ca !== undefined && { ca },
    ...cert !== undefined && { cert },
    ...key !== undefined && { key },
    ...serverName !== undefined && { serverName },
  };
}

async function readLogin(
  { login, user = "", password, passwordFile }: SecurityConfig,
): Promise<SaslLogin | undefined> {
  if (login === "none") return undefined;
  const fromFile = await readIfNamed("password_file", passwordFile);
  return {
    mechanism: mechanisms[login],
    user,
    password: fromFile?.replace(/\r?\n$/, "") ?? password?.reveal() ?? "",
  };
}

async function readIfNamed(key: string, path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readRegularFile(path);
  } catch (cause) {
    throw new AgentError(
      kafkaErrors.kafka_denied,
      `Cannot read kafka.${key} ${path}: ${describeError(cause)}`,
      { cause },
    );
  }
}
