/**
 * One npm:etcd3 client per endpoint, with a login of our own. The library supports several endpoints, but it
 * picks one at random for each call, whether that endpoint answers or not; and its login ignores the channel
 * options and never closes its connection.
 *
 * All calls use one endpoint until it is unreachable or turns out not to be etcd; then they use the next one.
 * A call that was certainly not executed is retried on the other endpoints; any other failure is returned to
 * the caller.
 */
import { Buffer } from "node:buffer";
import { Etcd3, type ICallable, type IOptions } from "./_etcd3.ts";
import type { DriverOptions, EtcdTls } from "./driver.ts";
import { isNotEtcd, isNotExecuted, isTokenRefused, isUnreachable } from "./errors.ts";

type Callable = ICallable<unknown>;
type Connection = Parameters<Parameters<Callable["withConnection"]>[1]>[0];
type Service = Parameters<Callable["exec"]>[0];
type FaultPolicy = NonNullable<NonNullable<IOptions["faultHandling"]>["global"]>;
type UnaryMethod = (
  params: unknown,
  metadata: Connection["metadata"],
  options: { deadline: number },
  done: (error: Error | null, response: unknown) => void,
) => void;

/** States of a channel (idle, connecting) in which the outcome of connecting is open. */
const undecided = [0, 1];

/** Gives access to the connection pool of the library's client. */
class PooledClient extends Etcd3 {
  get connections(): Callable {
    return this.pool;
  }
}

/** The connections to all endpoints, in the shape that the library's call classes need. */
export class Connections implements Callable {
  readonly callOptionsFactory: undefined;
  readonly #options: DriverOptions;
  readonly #clients: readonly PooledClient[];
  #preferred = 0;
  #token: Promise<string> | undefined;

  /** `maxMessageBytes` is the maximum size of a received message; a larger one is refused before it is read. */
  constructor(options: DriverOptions, maxMessageBytes: number) {
    this.#options = options;
    this.#clients = options.endpoints.map((endpoint) =>
      new PooledClient({
        hosts: [endpoint],
        credentials: options.tls && credentials(options.tls),
        grpcOptions: channelOptions(options, maxMessageBytes),
        defaultCallOptions: () => this.#callOptions(),
        faultHandling: { host: () => noPolicy, global: noPolicy },
      })
    );
  }

  /** Makes one unary call; logs in again once when the server rejects the token. */
  async exec<T>(service: Service, method: string, params: unknown): Promise<T> {
    let endpointsLeft = this.#clients.length;
    let mayRenew = this.#options.auth !== undefined;
    while (true) {
      try {
        const response = await this.withConnection(
          service,
          (connection) => unaryCall(connection, method, params, this.#callOptions()),
        );
        return response as T;
      } catch (error) {
        if (mayRenew && isTokenRefused(error)) {
          mayRenew = false;
          this.forgetToken();
        } else if (--endpointsLeft <= 0 || !isNotExecuted(error)) {
          throw error;
        }
      }
    }
  }

  async withConnection<R>(
    service: Service,
    use: (connection: Connection) => Promise<R> | R,
  ): Promise<R> {
    const at = this.#preferred;
    const { auth, dialTimeoutMs } = this.#options;
    try {
      return await this.#clients[at].connections.withConnection(service, async (connection) => {
        await dialed(connection.client, dialTimeoutMs);
        if (auth) connection.metadata.set("token", await (this.#token ??= this.#logIn(at, auth)));
        return await use(connection);
      });
    } catch (error) {
      if (isUnusable(error)) this.#avoid(at);
      throw error;
    }
  }

  /** Called by the library when a stream has failed: further calls use the next endpoint. */
  markFailed(_resource: unknown, error: Error): void {
    if (isUnusable(error)) this.#avoid(this.#preferred);
  }

  /** Drops the token, so that the next call logs in again. */
  forgetToken(): void {
    this.#token = undefined;
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }

  #avoid(at: number): void {
    if (at === this.#preferred) this.#preferred = (at + 1) % this.#clients.length;
  }

  #callOptions(): { deadline: number } {
    return { deadline: Date.now() + this.#options.operationTimeoutMs };
  }

  async #logIn(
    at: number,
    { user, password }: NonNullable<DriverOptions["auth"]>,
  ): Promise<string> {
    try {
      const { token } = await this.#clients[at].auth.authenticate({ name: user, password });
      return token;
    } catch (error) {
      this.forgetToken();
      throw error;
    }
  }
}

/** Whether further calls should use another endpoint. */
function isUnusable(error: unknown): boolean {
  return isUnreachable(error) || isNotEtcd(error);
}

/** Waits until the channel is connected or connecting has failed, at most `limitMs`. */
async function dialed(client: Connection["client"], limitMs: number): Promise<void> {
  const channel = client.getChannel();
  const deadline = Date.now() + limitMs;
  while (true) {
    const state = channel.getConnectivityState(true);
    if (!undecided.includes(state)) return;
    await new Promise<void>((resolve, reject) => {
      channel.watchConnectivityState(state, deadline, (error) => {
        if (!error) return resolve();
        reject(new Error(`14 UNAVAILABLE: No connection established within ${limitMs} ms`));
      });
    });
  }
}

function unaryCall(
  { client, metadata }: Connection,
  method: string,
  params: unknown,
  options: { deadline: number },
): Promise<unknown> {
  // The methods are created from the protocol file at run time, so the library has no types for them.
  const methods = client as unknown as Record<string, UnaryMethod>;
  return new Promise((resolve, reject) => {
    methods[method](params, metadata, options, (error, response) => {
      if (error) reject(error);
      else resolve(response);
    });
  });
}

/** A policy without retries or a circuit breaker. The library declares its own class but only calls `execute`. */
const noPolicy = Object.freeze({
  async execute<T>(call: (context: { signal: AbortSignal }) => T | PromiseLike<T>): Promise<T> {
    return await call({ signal: new AbortController().signal });
  },
  onSuccess: () => ({ dispose() {} }),
  onFailure: () => ({ dispose() {} }),
}) as unknown as FaultPolicy;

function credentials({ ca, cert, key }: EtcdTls): IOptions["credentials"] {
  return {
    rootCertificate: Buffer.from(ca),
    ...cert && { certChain: Buffer.from(cert) },
    ...key && { privateKey: Buffer.from(key) },
  };
}

function channelOptions(options: DriverOptions, maxMessageBytes: number): IOptions["grpcOptions"] {
  const serverName = options.tls?.serverName;
  return {
    "grpc.keepalive_time_ms": options.keepaliveTimeMs,
    "grpc.keepalive_timeout_ms": options.keepaliveTimeoutMs,
    "grpc.keepalive_permit_without_calls": 0,
    "grpc.initial_reconnect_backoff_ms": 200,
    "grpc.max_reconnect_backoff_ms": 1_000,
    "grpc.max_receive_message_length": maxMessageBytes,
    ...serverName && {
      "grpc.ssl_target_name_override": serverName,
      "grpc.default_authority": serverName,
    },
  };
}
