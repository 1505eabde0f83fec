/**
 * Users and certificates from the configuration. Files are read again when they change, so that a rotated
 * certificate or a new list of users needs no restart.
 *
 * @module
 */
import { AgentError, filesFingerprint, readNamedFile } from "../../core/mod.ts";
import { type Authenticator, authenticator, type NatsUser } from "./security/mod.ts";
import { type NatsServerConfig, natsServerFields } from "./config.ts";
import type { NatsTlsOptions } from "./transport/mod.ts";

/** Credentials for making or reloading a server; absent members are not configured. */
export interface CredentialOptions {
  /** Decides which clients may connect. */
  readonly authenticator?: Authenticator;
  /** Certificates of the server. */
  readonly tls?: NatsTlsOptions;
}

/** Credentials of one configuration section. */
export class CredentialFiles {
  /** Files to watch; empty when the section contains all credentials itself. */
  readonly paths: readonly string[];
  readonly #config: NatsServerConfig;
  #lastFingerprint = "";

  /** Does not read the files yet. */
  constructor(config: NatsServerConfig) {
    const { usersFile, tlsCertFile, tlsKeyFile, tlsClientCaFile } = config;
    this.#config = config;
    this.paths = [usersFile, tlsCertFile, tlsKeyFile, tlsClientCaFile]
      .filter((path) => path !== undefined);
  }

  /**
   * Reads all files.
   *
   * @throws {TypeError} When the keys of users or TLS are incomplete or contradict each other.
   * @throws {AgentError} `config_unreadable` when a file cannot be read, `config_invalid` when the list of
   * users is invalid.
   */
  async read(): Promise<CredentialOptions> {
    this.#lastFingerprint = await this.#fingerprint();
    const [users, tls] = await Promise.all([this.#users(), this.#tls()]);
    const { noAuthUser, tlsVerifyAndMap: mapCertificates } = this.#config;
    const token = this.#config.token?.reveal();
    const isOpen = token === undefined && users.length === 0 && noAuthUser === undefined &&
      !mapCertificates;
    return {
      ...(isOpen
        ? {}
        : { authenticator: authenticator({ token, users, noAuthUser, mapCertificates }) }),
      ...(tls === undefined ? {} : { tls }),
    };
  }

  /** Whether a file has changed since the last {@linkcode read}, even if that read failed. */
  async haveChanged(): Promise<boolean> {
    return await this.#fingerprint() !== this.#lastFingerprint;
  }

  async #users(): Promise<readonly NatsUser[]> {
    const { usersFile, users, token } = this.#config;
    if (usersFile === undefined) return users;
    if (users.length > 0 || token !== undefined) {
      throw new TypeError(
        "Cannot set up users: nats.users_file cannot be combined with nats.users or nats.token",
      );
    }
    const listed = natsServerFields.users.check(parsed(usersFile, await readNamedFile(usersFile)));
    if ("issues" in listed) throw invalid(usersFile, listed.issues.join("; "));
    // An empty list is an error: ignoring it would let everyone connect.
    if (listed.value.length === 0) throw invalid(usersFile, "it lists no user");
    return listed.value;
  }

  async #tls(): Promise<NatsTlsOptions | undefined> {
    const { tlsCertFile, tlsKeyFile, tlsClientCaFile, tlsVerifyAndMap } = this.#config;
    const { tlsHandshakeFirst: handshakeFirst, allowNonTls } = this.#config;
    if (tlsVerifyAndMap && tlsClientCaFile === undefined) {
      throw new TypeError(
        "Cannot set up TLS: nats.tls_verify_and_map needs nats.tls_client_ca_file, because only verified certificates name users",
      );
    }
    if (tlsCertFile === undefined && tlsKeyFile === undefined && tlsClientCaFile === undefined) {
      return undefined;
    }
    if (tlsCertFile === undefined || tlsKeyFile === undefined) {
      throw new TypeError(
        "Cannot set up TLS: nats.tls_cert_file and nats.tls_key_file must both be set",
      );
    }
    const [cert, key, clientCa] = await Promise.all([
      readNamedFile(tlsCertFile),
      readNamedFile(tlsKeyFile),
      tlsClientCaFile === undefined ? undefined : readNamedFile(tlsClientCaFile),
    ]);
    const tls = { cert, key, handshakeFirst, allowNonTls };
    return clientCa === undefined ? tls : { ...tls, clientCa };
  }

  /** `read` reports a missing file. */
  #fingerprint(): Promise<string> {
    return filesFingerprint(this.paths);
  }
}

function parsed(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's error message would quote the text and could contain a password.
    throw invalid(path, "it is not JSON");
  }
}

function invalid(path: string, reason: string): AgentError {
  return new AgentError("config_invalid", `Cannot use the NATS users in ${path}: ${reason}`);
}
