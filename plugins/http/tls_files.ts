/**
 * The certificates of the port. Files are read again when they change, so that a rotated certificate needs no restart.
 *
 * Files named in the section must be there; while they are not, TLS is off and the status says why. The default pair of
 * {@linkcode HttpOptions.defaultTls} is optional: without it TLS is off.
 *
 * @module
 */
import {
  AgentError,
  describeError,
  filesFingerprint,
  readRegularFile,
  type ServerCertificates,
} from "../../core/mod.ts";
import type { HttpConfig } from "./config.ts";

/** Paths of a certificate and its private key, both PEM. */
export interface CertificatePair {
  /** File with the certificate chain. */
  readonly certFile: string;
  /** File with the private key. */
  readonly keyFile: string;
}

/** Certificates of one configuration section. */
export class TlsFiles {
  readonly #pair: CertificatePair | undefined;
  readonly #clientCaFile: string | undefined;
  /** Whether the pair may be absent. */
  readonly #isOptional: boolean;
  #lastFingerprint = "";

  /**
   * Does not read the files yet.
   *
   * @throws {AgentError} `config_invalid` when the section has only a part of what TLS needs.
   */
  constructor(
    { tlsCertFile, tlsKeyFile, tlsClientCaFile, tlsRequired }: HttpConfig,
    defaultPair?: CertificatePair,
  ) {
    if ((tlsCertFile === undefined) !== (tlsKeyFile === undefined)) {
      throw new AgentError(
        "config_invalid",
        "Cannot set up TLS: rest.tls_cert_file and rest.tls_key_file must both be set, or neither",
      );
    }
    const isNamed = tlsCertFile !== undefined && tlsKeyFile !== undefined;
    this.#pair = isNamed ? { certFile: tlsCertFile, keyFile: tlsKeyFile } : defaultPair;
    this.#clientCaFile = tlsClientCaFile;
    this.#isOptional = !isNamed && tlsClientCaFile === undefined && !tlsRequired;
    if (!this.#pair && !this.#isOptional) {
      throw new AgentError(
        "config_invalid",
        "Cannot set up TLS: there is no certificate; set rest.tls_cert_file and rest.tls_key_file",
      );
    }
  }

  /** Whether there can be TLS. */
  get isEmpty(): boolean {
    return this.#pair === undefined;
  }

  /** The files with their keys, for messages about a certificate that cannot be used. */
  get names(): string {
    const names = [
      `rest.tls_cert_file (${this.#pair?.certFile})`,
      `rest.tls_key_file (${this.#pair?.keyFile})`,
      `rest.tls_client_ca_file (${this.#clientCaFile})`,
    ];
    return names.slice(0, this.#clientCaFile === undefined ? 2 : 3).join(", ");
  }

  /**
   * Reads the files; undefined when the default pair is absent.
   *
   * @throws {AgentError} `config_unreadable` when a file cannot be read.
   */
  async read(): Promise<ServerCertificates | undefined> {
    this.#lastFingerprint = await this.#fingerprint();
    if (!this.#pair) return undefined;
    const { certFile, keyFile } = this.#pair;
    if (this.#isOptional && !await isPresent(certFile) && !await isPresent(keyFile)) {
      return undefined;
    }
    // One after the other, so that the first problem is reported each time.
    const cert = await readFile("tls_cert_file", certFile);
    const key = await readFile("tls_key_file", keyFile);
    const clientCa = this.#clientCaFile === undefined
      ? undefined
      : await readFile("tls_client_ca_file", this.#clientCaFile);
    return clientCa === undefined ? { cert, key } : { cert, key, clientCa };
  }

  /** Whether a file has changed since the last {@linkcode read}, even if that read failed. */
  async haveChanged(): Promise<boolean> {
    return await this.#fingerprint() !== this.#lastFingerprint;
  }

  #fingerprint(): Promise<string> {
    const paths = [this.#pair?.certFile, this.#pair?.keyFile, this.#clientCaFile];
    return filesFingerprint(paths.filter((path) => path !== undefined));
  }
}

/** Reads the file of a key. @throws {AgentError} `config_unreadable` when it cannot be read. */
async function readFile(key: string, path: string): Promise<string> {
  try {
    return await readRegularFile(path);
  } catch (cause) {
    const reason = cause instanceof Deno.errors.NotFound ? "no such file" : describeError(cause);
    throw new AgentError(
      "config_unreadable",
      `Cannot read rest.${key} (${path}): ${reason}; correct the path`,
      { cause },
    );
  }
}

/** Whether a file is there and this process may see it. */
async function isPresent(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable) {
      return false;
    }
    throw error;
  }
}
