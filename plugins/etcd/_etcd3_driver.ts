/**
 * The driver over npm:etcd3, of which only the calls of the protocol are used: its watcher swallows
 * compaction, its leases keep themselves alive, and its login neither uses the channel options nor
 * closes its connection. None of that is wanted here.
 *
 * Deadlines are for unary calls only, on a stream they would end watches. Keepalive pings find a server
 * that is frozen; etcd allows one in five seconds and none without a call. Retries inside the library
 * are off, but for a call that reached no server, which is tried on the other endpoints.
 */
import {
  Etcd3,
  type ICallable,
  type IEvent,
  type IKeyValue,
  type IOptions,
  type IRequestOp,
  type IResponseOp,
  KVClient,
  LeaseClient,
  WatchClient,
} from "npm:etcd3@1.1.2";
import { Buffer } from "node:buffer";
import type {
  CommitResult,
  Comparison,
  DriverOptions,
  EtcdDriver,
  Pair,
  RangeRequest,
  RangeResult,
  WatchedChange,
  WatchListener,
  WatchRequest,
  WatchStream,
  Write,
} from "./driver.ts";
import { isNotConnected, isTokenRefused } from "./errors.ts";

type Exec = ICallable<unknown>["exec"];
type WithConnection = ICallable<unknown>["withConnection"];
type Connection = Parameters<Parameters<WithConnection>[1]>[0];
type Service = Parameters<Exec>[0];
type FaultPolicy = NonNullable<NonNullable<IOptions["faultHandling"]>["global"]>;
type UnaryMethod = (
  payload: unknown,
  metadata: Connection["metadata"],
  options: unknown,
  done: (error: Error | null, response: unknown) => void,
) => void;

/** Largest message taken: a thousand revisions of a large value may come at once after an outage. */
const maxMessageBytes = 256 * 1024 * 1024;

/** Creates a driver. Nothing connects before the first call. */
export function createDriver(options: DriverOptions): EtcdDriver {
  return new Etcd3Driver(options);
}

/** The library's client, for its pool of connections. */
class PooledClient extends Etcd3 {
  get connections(): ICallable<unknown> {
    return this.pool;
  }
}

/** The pool with a login: every call carries the token, and one that is refused is renewed once. */
class AuthorizedPool implements ICallable<unknown> {
  readonly callOptionsFactory: undefined;
  readonly #client: PooledClient;
  readonly #options: DriverOptions;
  #token: Promise<string> | undefined;

  constructor(options: DriverOptions) {
    this.#options = options;
    this.#client = new PooledClient({
      hosts: [...options.endpoints],
      credentials: options.tls && credentials(options.tls),
      grpcOptions: channelOptions(options),
      defaultCallOptions: () => this.#callOptions(),
      faultHandling: { host: () => justCall, global: justCall },
    });
  }

  async exec<T>(service: Service, method: string, params: unknown): Promise<T> {
    let left = this.#options.endpoints.length;
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
        } else if (--left <= 0 || !isNotConnected(error)) {
          throw error;
        }
      }
    }
  }

  async withConnection<R>(
    service: Service,
    use: (connection: Connection) => Promise<R> | R,
  ): Promise<R> {
    const { auth } = this.#options;
    const token = auth && await (this.#token ??= this.#logIn(auth));
    return await this.#client.connections.withConnection(service, (connection) => {
      if (token !== undefined) connection.metadata.set("token", token);
      return use(connection);
    });
  }

  /** The next call logs in again. */
  forgetToken(): void {
    this.#token = undefined;
  }

  markFailed(resource: unknown, error: Error): void {
    this.#client.connections.markFailed(resource, error);
  }

  close(): void {
    this.#client.close();
  }

  #callOptions() {
    return { deadline: Date.now() + this.#options.operationTimeoutMs };
  }

  async #logIn({ user, password }: NonNullable<DriverOptions["auth"]>): Promise<string> {
    try {
      const { token } = await this.#client.auth.authenticate({ name: user, password });
      return token;
    } catch (error) {
      this.forgetToken();
      throw error;
    }
  }
}

class Etcd3Driver implements EtcdDriver {
  readonly #pool: AuthorizedPool;
  readonly #kv: KVClient;
  readonly #leases: LeaseClient;
  readonly #watches: WatchClient;

  constructor(options: DriverOptions) {
    this.#pool = new AuthorizedPool(options);
    this.#kv = new KVClient(this.#pool);
    this.#leases = new LeaseClient(this.#pool);
    this.#watches = new WatchClient(this.#pool);
  }

  async range({ key, end, limit, revision, keysOnly }: RangeRequest): Promise<RangeResult> {
    const response = await this.#kv.range({
      key: buffer(key),
      range_end: end && buffer(end),
      limit,
      revision,
      keys_only: keysOnly,
    });
    return { revision: Number(response.header.revision), pairs: response.kvs.map(pairOf) };
  }

  async commit(
    comparisons: readonly Comparison[],
    writes: readonly Write[],
  ): Promise<CommitResult> {
    const response = await this.#kv.txn({
      compare: comparisons.map(compareOf),
      success: writes.map(requestOf),
      failure: [],
    });
    return {
      committed: response.succeeded,
      revision: Number(response.header.revision),
      previous: response.responses.map(previousOf),
    };
  }

  async grant(ttlSeconds: number): Promise<string> {
    const { ID } = await this.#leases.leaseGrant({ TTL: ttlSeconds, ID: 0 });
    return ID;
  }

  async revoke(lease: string): Promise<void> {
    await this.#leases.leaseRevoke({ ID: lease });
  }

  async secondsLeft(lease: string): Promise<number | undefined> {
    const { TTL } = await this.#leases.leaseTimeToLive({ ID: lease });
    return Number(TTL) < 0 ? undefined : Number(TTL);
  }

  async compact(revision: number): Promise<void> {
    await this.#kv.compact({ revision, physical: true });
  }

  async watch(request: WatchRequest, listener: WatchListener): Promise<WatchStream> {
    const stream = await this.#watches.watch();
    let over = false;
    function end(error: unknown) {
      if (over) return;
      over = true;
      listener.onEnd(error);
    }
    stream.on("data", (response) => {
      if (over) return;
      if (response.canceled && isTokenRefused(response.cancel_reason)) this.#pool.forgetToken();
      listener.onMessage({
        revision: Number(response.header.revision),
        created: response.created,
        changes: response.events.map(changeOf),
        ...response.canceled && {
          canceled: {
            reason: response.cancel_reason,
            compactedRevision: Number(response.compact_revision),
          },
        },
      });
    });
    stream.on("error", end);
    stream.on("end", () => end(new Error("the server ended the watch stream")));
    stream.write({
      create_request: {
        key: buffer(request.key),
        range_end: request.end && buffer(request.end),
        start_revision: request.startRevision ?? 0,
        prev_kv: true,
      },
    });
    // The stream of grpc-js is a Node stream as well; the types of etcd3 leave that out.
    const flow = stream as unknown as { pause(): void; resume(): void };
    return {
      pause: () => flow.pause(),
      resume: () => flow.resume(),
      cancel() {
        over = true;
        stream.cancel();
      },
    };
  }

  close(): void {
    this.#pool.close();
  }
}

function unaryCall(
  { client, metadata }: Connection,
  method: string,
  params: unknown,
  options: unknown,
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

function credentials(
  { ca, cert, key }: NonNullable<DriverOptions["tls"]>,
): IOptions["credentials"] {
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
    "grpc.min_reconnect_backoff_ms": options.dialTimeoutMs,
    "grpc.max_reconnect_backoff_ms": 1_000,
    "grpc.max_receive_message_length": maxMessageBytes,
    ...serverName && {
      "grpc.ssl_target_name_override": serverName,
      "grpc.default_authority": serverName,
    },
  };
}

function buffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A copy: what the library hands out are views into whole messages. */
function pairOf(pair: IKeyValue): Pair {
  return {
    key: new Uint8Array(pair.key),
    value: new Uint8Array(pair.value),
    revision: Number(pair.mod_revision),
    createRevision: Number(pair.create_revision),
    lease: pair.lease,
  };
}

/** The library's types do not say that the previous pair may be null. */
function pairOrNone(pair: IKeyValue | null): Pair | undefined {
  return pair ? pairOf(pair) : undefined;
}

function changeOf({ type, kv, prev_kv: previous }: IEvent): WatchedChange {
  return {
    type: type === "Delete" ? "delete" : "put",
    pair: pairOf(kv),
    previous: pairOrNone(previous),
  };
}

function compareOf(comparison: Comparison) {
  const key = buffer(comparison.key);
  if (comparison.target === "revision") {
    return { key, target: "Mod", result: "Equal", mod_revision: comparison.revision } as const;
  }
  if (comparison.target === "value") {
    return { key, target: "Value", result: "Equal", value: buffer(comparison.value) } as const;
  }
  const result = comparison.exists ? "Greater" : "Equal";
  return { key, target: "Version", result, version: 0 } as const;
}

function requestOf(write: Write): IRequestOp {
  const key = buffer(write.key);
  if (write.type === "delete") {
    const range_end = write.end && buffer(write.end);
    return { request_delete_range: { key, range_end, prev_kv: true } };
  }
  const { value, lease = "0" } = write;
  return { request_put: { key, value: buffer(value), lease, prev_kv: true } };
}

function previousOf(response: IResponseOp): Pair[] {
  if (response.response_delete_range) return response.response_delete_range.prev_kvs.map(pairOf);
  const pair = pairOrNone(response.response_put.prev_kv);
  return pair ? [pair] : [];
}
