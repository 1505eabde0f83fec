/**
 * The driver on npm:etcd3. It only uses the protocol calls of the library, because the library's watcher
 * hides compaction and its leases renew themselves.
 *
 * Only unary calls have a deadline; on a stream it would end the watch. Keepalive pings detect a frozen
 * server; etcd accepts one every five seconds, and none while no call is active.
 */
import { Connections } from "./_connections.ts";
import { KVClient, LeaseClient, WatchClient } from "./_etcd3.ts";
import {
  buffer,
  changeOf,
  compareOf,
  deletedOf,
  pairOf,
  previousOf,
  requestOf,
} from "./_messages.ts";
import type {
  CommitResult,
  Comparison,
  DriverOptions,
  EtcdDriver,
  RangeRequest,
  RangeResult,
  WatchListener,
  WatchRequest,
  WatchStream,
  Write,
} from "./driver.ts";
import { isTokenRefused } from "./errors.ts";

/** Maximum size of a response: a watch reports all changes of a transaction, with the values that it replaced. */
const maxMessageBytes = 256 * 1024 * 1024;

/** Maximum size of a page of a list with more than one entry. */
const maxPageBytes = 4 * 1024 * 1024;

/** Creates a driver. Nothing connects before the first call. */
export function createDriver(options: DriverOptions): EtcdDriver {
  return new Etcd3Driver(options);
}

class Etcd3Driver implements EtcdDriver {
  readonly #connections: Connections;
  readonly #kv: KVClient;
  /** Connections that refuse large pages: gRPC has that limit per channel only. Created with the first list. */
  #pageConnections: Connections | undefined;
  readonly #options: DriverOptions;
  readonly #leases: LeaseClient;
  readonly #watches: WatchClient;

  constructor(options: DriverOptions) {
    this.#options = options;
    this.#connections = new Connections(options, maxMessageBytes);
    this.#kv = new KVClient(this.#connections);
    this.#leases = new LeaseClient(this.#connections);
    this.#watches = new WatchClient(this.#connections);
  }

  async range(request: RangeRequest): Promise<RangeResult> {
    const { key, end, limit, revision, keysOnly, isPage = false } = request;
    const response = await (isPage ? this.#pages() : this.#kv).range({
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
      deleted: response.responses.reduce((sum, part) => sum + deletedOf(part), 0),
      previous: response.responses.flatMap(previousOf),
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
    let isOver = false;
    function end(error: unknown) {
      if (isOver) return;
      isOver = true;
      listener.onEnd(error);
    }
    stream.on("data", (response) => {
      if (isOver) return;
      if (response.canceled && isTokenRefused(response.cancel_reason)) {
        this.#connections.forgetToken();
      }
      listener.onMessage({
        revision: Number(response.header.revision),
        created: response.created,
        isFragment: response.fragment,
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
        // The server then sends messages of about its request limit, so that pausing the stream bounds memory.
        fragment: true,
      },
    });
    // The stream of grpc-js is also a Node stream; the types of etcd3 do not say so.
    const flow = stream as unknown as { pause(): void; resume(): void };
    return {
      pause: () => flow.pause(),
      resume: () => flow.resume(),
      cancel() {
        isOver = true;
        stream.cancel();
      },
    };
  }

  close(): void {
    this.#connections.close();
    this.#pageConnections?.close();
  }

  #pages(): KVClient {
    this.#pageConnections ??= new Connections(this.#options, maxPageBytes);
    return new KVClient(this.#pageConnections);
  }
}
