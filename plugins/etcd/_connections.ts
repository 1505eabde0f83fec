/**
 * One client of npm:etcd3 for each endpoint, and a login. The library could hold several endpoints
 * itself, but it picks one at random for each call, whether it answers or not; and its login neither
 * uses the channel options nor closes its connection.
 *
 * All calls go to one endpoint until that cannot be reached; then they go to the next. A call that
 * reached none was certainly not carried out and is tried on the others; any other failure is the
 * caller's to judge.
 */
import { Buffer } from "node:buffer";
import { Etcd3, type ICallable, type IOptions } from "./_etcd3.ts";
import type { DriverOptions, EtcdTls } from "./driver.ts";
import { isNotConnected, isTokenRefused, isUnreachable } from "./errors.ts";

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

/** Largest message taken: a thousand revisions of a large value may come at once after an outage. */
const maxMessageBytes = 256 * 1024 * 1024;
/** States of a channel in which it is not known yet whether it will connect. */
const undecided = [0, 1];

/** The library's client, for its pool of connections. */
class PooledClient extends Etcd3 {
  get connections(): Callable {
    return this.pool;
  }
}

/** The connections as the library's call classes take them. */
export class Connections implements Callable {
  readonly callOptionsFactory: undefined;
  readonly #options: DriverOptions;
  readonly #clients: readonly PooledClient[];
  #preferred = 0;
  #token: Promise<string> | undefined;

  constructor(options: DriverOptions) {
    this.#options = options;
    this.#clients = options.endpoints.map((endpoint) =>
      new PooledClient({
        hosts: [endpoint],
        credentials: options.tls && credentials(options.tls),
        grpcOptions: channelOptions(options),
        defaultCallOptions: () => this.#callOptions(),
        faultHandling: { host: () => justCall, global: justCall },
      })
    );
  }

  /** One unary call; a token that the server no longer knows is renewed once. */
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
        } else if (--endpointsLeft <= 0 || !isNotConnected(error)) {
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
      if (isUnreachable(error)) this.#avoid(at);
      throw error;
    }
  }

  /** A stream has failed; calls go to the next endpoint. */
  markFailed(_resource: unknown, error: Error): void {
    if (isUnreachable(error)) this.#avoid(this.#preferred);
  }

  /** The next call logs in again. */
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

/** Waits until the channel is connected or has failed to, but not longer than the limit. */
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
  // The methods come from the protocol file at run time, so their types are not known.
  const methods = client as unknown as Record<string, UnaryMethod>;
  return new Promise((resolve, reject) => {
    methods[method](params, metadata, options, (error, response) => {
      if (error) reject(error);
      else resolve(response);
    });
  });
}

/** No retry and no breaker. The library asks for its own policy class but only ever calls `execute`. */
const justCall = Object.freeze({
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

function channelOptions(options: DriverOptions): IOptions["grpcOptions"] {
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
