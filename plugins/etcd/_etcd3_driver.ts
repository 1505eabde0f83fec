/**
 * The driver over npm:etcd3, of which only the calls of the protocol are used: its watcher swallows
 * compaction and its leases keep themselves alive, neither of which is wanted here.
 *
 * Deadlines are for unary calls only, on a stream they would end watches. Keepalive pings find a server
 * that is frozen; etcd allows one in five seconds and none without a call. Retries inside the library
 * are off, but for a call that reached no server, which is tried on the other endpoints.
 */
import {
  Etcd3,
  type IEvent,
  type IKeyValue,
  type IOptions,
  type IRequestOp,
  type IResponseOp,
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

type CallOptions = Exclude<
  NonNullable<IOptions["defaultCallOptions"]>,
  (context: never) => unknown
>;
type Interceptor = NonNullable<CallOptions["interceptors"]>[number];
type FaultPolicy = NonNullable<NonNullable<IOptions["faultHandling"]>["global"]>;

/** Largest message taken: a thousand revisions of a large value may come at once after an outage. */
const maxMessageBytes = 256 * 1024 * 1024;

/** Creates a driver. Nothing connects before the first call. */
export function createDriver(options: DriverOptions): EtcdDriver {
  return new Etcd3Driver(options);
}

class Etcd3Driver implements EtcdDriver {
  readonly #client: Etcd3;
  readonly #auth: DriverOptions["auth"];
  #token: Promise<string> | undefined;

  constructor(options: DriverOptions) {
    this.#auth = options.auth;
    this.#client = new Etcd3({
      hosts: [...options.endpoints],
      credentials: options.tls && credentials(options.tls),
      grpcOptions: channelOptions(options),
      defaultCallOptions: ({ isStream }) =>
        isStream ? {} : { deadline: Date.now() + options.operationTimeoutMs },
      faultHandling: {
        host: () => policy(1),
        global: policy(options.endpoints.length),
      },
    });
  }

  async range({ key, end, limit, revision, keysOnly }: RangeRequest): Promise<RangeResult> {
    const response = await this.#call((call) =>
      this.#client.kv.range({
        key: buffer(key),
        range_end: end && buffer(end),
        limit,
        revision,
        keys_only: keysOnly,
      }, call)
    );
    return { revision: Number(response.header.revision), pairs: response.kvs.map(pairOf) };
  }

  async commit(
    comparisons: readonly Comparison[],
    writes: readonly Write[],
  ): Promise<CommitResult> {
    const response = await this.#call((call) =>
      this.#client.kv.txn({
        compare: comparisons.map(compareOf),
        success: writes.map(requestOf),
        failure: [],
      }, call)
    );
    return {
      committed: response.succeeded,
      revision: Number(response.header.revision),
      previous: response.responses.map(previousOf),
    };
  }

  async grant(ttlSeconds: number): Promise<string> {
    const { ID } = await this.#call((call) =>
      this.#client.leaseClient.leaseGrant({ TTL: ttlSeconds, ID: 0 }, call)
    );
    return ID;
  }

  async revoke(lease: string): Promise<void> {
    await this.#call((call) => this.#client.leaseClient.leaseRevoke({ ID: lease }, call));
  }

  async secondsLeft(lease: string): Promise<number | undefined> {
    const { TTL } = await this.#call((call) =>
      this.#client.leaseClient.leaseTimeToLive({ ID: lease }, call)
    );
    return Number(TTL) < 0 ? undefined : Number(TTL);
  }

  async compact(revision: number): Promise<void> {
    await this.#call((call) => this.#client.kv.compact({ revision, physical: true }, call));
  }

  async watch(request: WatchRequest, listener: WatchListener): Promise<WatchStream> {
    const stream = await this.#client.watchClient.watch(await this.#withToken());
    let over = false;
    function end(error: unknown) {
      if (over) return;
      over = true;
      listener.onEnd(error);
    }
    stream.on("data", (response) => {
      if (over) return;
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
    this.#client.close();
  }

  /** One unary call; a token that the server no longer knows is renewed once. */
  async #call<T>(send: (options: CallOptions | undefined) => Promise<T>): Promise<T> {
    try {
      return await send(await this.#withToken());
    } catch (error) {
      if (!this.#auth || !isTokenRefused(error)) throw error;
      this.#token = undefined;
      return await send(await this.#withToken());
    }
  }

  /**
   * The option that adds the token to a call. etcd3 could log in by itself, but does so over a
   * connection without the channel options, which it never closes.
   */
  async #withToken(): Promise<CallOptions | undefined> {
    if (!this.#auth) return undefined;
    this.#token ??= this.#logIn(this.#auth);
    const token = await this.#token;
    return { interceptors: [tokenInterceptor(token)] };
  }

  async #logIn({ user, password }: NonNullable<DriverOptions["auth"]>): Promise<string> {
    try {
      const { token } = await this.#client.auth.authenticate({ name: user, password });
      return token;
    } catch (error) {
      this.#token = undefined;
      throw error;
    }
  }
}

function tokenInterceptor(token: string): Interceptor {
  return (options, nextCall) => {
    const call = nextCall(options);
    const start = call.start.bind(call);
    call.start = (metadata, listener) => {
      metadata.set("token", token);
      start(metadata, listener);
    };
    // Typed as a class, used as an interface.
    return call as ReturnType<Interceptor>;
  };
}

/** Runs a call, and again on the next endpoint as long as none was reached; nothing was sent then. */
function policy(attempts: number): FaultPolicy {
  async function execute<T>(call: (context: { signal: AbortSignal }) => T | PromiseLike<T>) {
    const { signal } = new AbortController();
    for (let left = attempts - 1;; left--) {
      try {
        return await call({ signal });
      } catch (error) {
        if (left <= 0 || !isNotConnected(error)) throw error;
      }
    }
  }
  const ignored = () => ({ dispose() {} });
  // The library asks for its own policy class but only ever calls `execute`.
  return { execute, onSuccess: ignored, onFailure: ignored } as unknown as FaultPolicy;
}

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
