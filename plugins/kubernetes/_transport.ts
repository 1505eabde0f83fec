/**
 * Requests to one API server over the runtime's `fetch`.
 *
 * HTTP/1.1 on purpose: a request that is given up closes its connection, so that a connection that broke without a
 * sign is not used again. With HTTP/2 all requests would share it until the system gives it up.
 *
 * @module
 */
import type { Access, Credentials } from "./access.ts";

/** A request. */
export interface ApiRequest {
  /** Path with query, beginning with a slash. */
  readonly path: string;
  /** Object to create; without one the request is a GET. */
  readonly body?: unknown;
  /** Ends the request and the reading of its body. */
  readonly signal: AbortSignal;
}

/** The files of the credentials cannot be read, or do not contain what they should. */
export class CredentialsFault extends Error {}

/** Sends requests with the credentials of the moment. */
export class Transport implements Disposable {
  readonly #access: Access;
  #client: Deno.HttpClient | undefined;
  /** The certificates that the client was created with. */
  #certificates = "";
  #isClosed = false;

  constructor(access: Access) {
    this.#access = access;
  }

  /** Sends a request. Rejects when there is no answer; the body of an answer must be read or cancelled. */
  async send({ path, body, signal }: ApiRequest): Promise<Response> {
    const { client, token } = await this.#login();
    signal.throwIfAborted();
    const headers = new Headers({ accept: "application/json" });
    if (token) headers.set("authorization", `Bearer ${token}`);
    if (body !== undefined) headers.set("content-type", "application/json");
    return await fetch(this.#access.server + path, {
      method: body === undefined ? "GET" : "POST",
      body: body === undefined ? undefined : JSON.stringify(body),
      headers,
      // The token must not follow to another server.
      redirect: "manual",
      signal,
      client,
    });
  }

  /** Releases the connections; later requests fail. Idempotent. */
  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#client?.close();
    this.#client = undefined;
  }

  async #login(): Promise<{ client: Deno.HttpClient; token: string | undefined }> {
    if (this.#isClosed) throw new TypeError("the client is closed");
    try {
      const credentials = await this.#access.credentials();
      return { client: this.#clientFor(credentials), token: credentials.token };
    } catch (cause) {
      throw new CredentialsFault("the credentials cannot be used", { cause });
    }
  }

  #clientFor({ ca, cert, key }: Credentials): Deno.HttpClient {
    const certificates = JSON.stringify([ca, cert, key]);
    if (this.#client && certificates === this.#certificates) return this.#client;
    const client = Deno.createHttpClient({
      ...ca !== undefined && { caCerts: [ca] },
      ...cert !== undefined && key !== undefined && { cert, key },
      http2: false,
    });
    this.#client?.close();
    this.#certificates = certificates;
    return this.#client = client;
  }
}

/** The pause that the header `Retry-After` asks for, in milliseconds, which may be infinite; undefined without one. */
export function retryAfterMs({ headers }: Response, now: number): number | undefined {
  const text = headers.get("retry-after");
  if (text === null) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return ms > 0 ? ms : undefined;
}
