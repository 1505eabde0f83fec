/**
 * Keeps the certificates of the port as the files have them.
 *
 * @module
 */
import { type Clock, describeError, type Logger, type ServerCertificates } from "../../core/mod.ts";
import { type HttpListener, loadTls, type Tls } from "./front/mod.ts";
import type { TlsFiles } from "./tls_files.ts";

/** What {@linkcode FollowedTls} works with. */
export interface FollowOptions {
  readonly listener: HttpListener;
  readonly files: TlsFiles;
  readonly log: Logger;
  /** Called with a reason when the files are unusable, and with undefined when they are usable or not needed. */
  readonly onProblem: (reason: string | undefined) => void;
}

/** The certificates of a port. */
export class FollowedTls {
  readonly #options: FollowOptions;
  #current: ServerCertificates | undefined;

  constructor(options: FollowOptions) {
    this.#options = options;
  }

  /** Reads the files and uses them; while they are unusable, the previous certificates stay. Never rejects. */
  async renew(): Promise<void> {
    const { listener, files, log, onProblem } = this.#options;
    const previous = this.#current;
    try {
      const options = await files.read();
      if (!options && previous) throw new Error("the files of the certificate are gone");
      if (options && !isSame(options, previous)) {
        listener.replaceTls(await this.#load(options));
        this.#current = options;
        log.info(previous ? "Certificates reloaded" : "TLS is on");
      }
      onProblem(undefined);
    } catch (error) {
      const outcome = previous ? "the previous certificates stay active" : "TLS is off";
      onProblem(`${describeError(error)}; ${outcome}`);
    }
  }

  async #load(options: ServerCertificates): Promise<Tls> {
    try {
      return await loadTls(options);
    } catch (cause) {
      const { names } = this.#options.files;
      throw new Error(`Cannot use ${names}: ${describeError(cause)}`, { cause });
    }
  }

  /** Renews changed files until the signal aborts. */
  async follow(clock: Clock, intervalMs: number, signal: AbortSignal): Promise<void> {
    for await (const _ of clock.every(intervalMs, { signal })) {
      if (await this.#options.files.haveChanged()) await this.renew();
    }
  }
}

function isSame(a: ServerCertificates, b: ServerCertificates | undefined): boolean {
  return a.cert === b?.cert && a.key === b.key && a.clientCa === b.clientCa;
}
