/**
 * Who may come in and with which certificates, as the section says it; what stands in files is read again
 * when a file has changed, so that a rotated certificate or another list of users needs no restart.
 *
 * @module
 */
import { AgentError, describeError } from "../../core/mod.ts";
import { authenticator, type NatsUser } from "./security/auth.ts";
import type { Authenticator } from "./security/authenticator.ts";
import { type NatsServerConfig, natsServerFields } from "./config.ts";
import type { NatsTlsOptions } from "./transport/tls.ts";

/** What a server is made and reloaded with; absent members are not configured. */
export interface CredentialOptions {
  /** Decides who may come in. */
  readonly authenticator?: Authenticator;
  /** Certificates. */
  readonly tls?: NatsTlsOptions;
}

/** The credentials of one section. */
export class CredentialFiles {
  /** Files that may change; empty when everything stands in the section itself. */
  readonly paths: readonly string[];
  readonly #config: NatsServerConfig;
  #stamp = "";

  /** Reads nothing yet. */
  constructor(config: NatsServerConfig) {
    const { usersFile, tlsCertFile, tlsKeyFile, tlsClientCaFile } = config;
    this.#config = config;
    this.paths = [usersFile, tlsCertFile, tlsKeyFile, tlsClientCaFile]
      .filter((path) => path !== undefined);
  }

  /**
   * Reads everything.
   *
   * @throws {TypeError} When users or TLS are configured by half or twice.
   * @throws {AgentError} `config_unreadable` when a file cannot be read, `config_invalid` when the list of
   * users is none.
   */
  async read(): Promise<CredentialOptions> {
    this.#stamp = await this.#look();
    const [users, tls] = await Promise.all([this.#users(), this.#tls()]);
    const token = this.#config.token?.reveal();
    return {
      ...(token === undefined && users.length === 0
        ? {}
        : { authenticator: authenticator({ token, users }) }),
      ...(tls === undefined ? {} : { tls }),
    };
  }

  /** Whether a file has changed since the last {@linkcode read}, whatever came of it. */
  async haveChanged(): Promise<boolean> {
    return await this.#look() !== this.#stamp;
  }

  async #users(): Promise<readonly NatsUser[]> {
    const { usersFile, users, token } = this.#config;
    if (usersFile === undefined) return users;
    if (users.length > 0 || token !== undefined) {
      throw new TypeError(
        "Cannot set up users: nats.users_file excludes nats.users and nats.token",
      );
    }
    const listed = natsServerFields.users.check(parsed(usersFile, await read(usersFile)));
    if ("issues" in listed) throw invalid(usersFile, listed.issues.join("; "));
    // With an empty file nobody could come in, which is an accident, and with no list everybody.
    if (listed.value.length === 0) throw invalid(usersFile, "it names no user");
    return listed.value;
  }

  async #tls(): Promise<NatsTlsOptions | undefined> {
    const { tlsCertFile, tlsKeyFile, tlsClientCaFile, tlsHandshakeFirst } = this.#config;
    if (tlsCertFile === undefined && tlsKeyFile === undefined && tlsClientCaFile === undefined) {
      return undefined;
    }
    if (tlsCertFile === undefined || tlsKeyFile === undefined) {
      throw new TypeError(
        "Cannot set up TLS: nats.tls_cert_file and nats.tls_key_file go together",
      );
    }
    const [cert, key, clientCa] = await Promise.all([
      read(tlsCertFile),
      read(tlsKeyFile),
      tlsClientCaFile === undefined ? undefined : read(tlsClientCaFile),
    ]);
    const tls = { cert, key, handshakeFirst: tlsHandshakeFirst };
    return clientCa === undefined ? tls : { ...tls, clientCa };
  }

  /** Identity, size and time of all files; a missing one is told by `read`. */
  async #look(): Promise<string> {
    const looks = this.paths.map(async (path) => {
      try {
        const { ino, size, mtime } = await Deno.stat(path);
        return `${ino} ${size} ${mtime?.getTime()}`;
      } catch (error) {
        return describeError(error);
      }
    });
    return (await Promise.all(looks)).join("\n");
  }
}

async function read(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    throw new AgentError("config_unreadable", `Cannot read ${path}: ${describeError(cause)}`, {
      cause,
    });
  }
}

function parsed(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message would quote the text, and with it a password.
    throw invalid(path, "it is not JSON");
  }
}

function invalid(path: string, reason: string): AgentError {
  return new AgentError("config_invalid", `Cannot use the NATS users in ${path}: ${reason}`);
}
