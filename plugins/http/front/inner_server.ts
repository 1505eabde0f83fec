/**
 * The inner server: a `Deno.serve` on a loopback port that answers only connections of the front, and is started
 * again when it ends. It ends when it cannot accept a connection, for example because the process has no descriptors
 * left; its open connections go on, so each start is a generation with connections of its own.
 *
 * A Unix domain socket would keep other processes away from the port, but `Deno.serve` gives every connection of such
 * a socket the same address, so requests could not be assigned to clients. Instead, a request is assigned by the whole
 * address of its peer, which no other process can have while the front's connection is open; anything else is refused.
 *
 * @module
 */
import { backoff, type Clock, describeError, type Logger } from "../../../core/mod.ts";
import { httpErrors, HttpProblem } from "../errors.ts";
import { errorResponse } from "../responses.ts";
import { isOutOfDescriptors } from "./descriptor_reserve.ts";

const hostname = "127.0.0.1";

/** Attempts to connect, while descriptors are missing or the server starts again, and the pause between them. */
const maxAttempts = 20;
const pauseMs = 50;

/** A server that ran this long is started again without a growing pause. */
const stableMs = 10_000;

/** A connection of the front, as the inner server sees it. */
export interface InnerClient {
  /** Answers a request that came in on this connection; `completed` settles when the answer has been sent. */
  serve(request: Request, completed: Promise<void>): Promise<Response>;
}

/** What an inner server works with. */
export interface InnerServerOptions {
  readonly log: Logger;
  readonly clock: Clock;
  /** Called when the server has ended, or a connection to it failed, because no descriptor is left. */
  readonly onOutOfDescriptors: () => void;
  /** Called with the reason when the server ends, and with undefined when it runs again. */
  readonly onProblem: (problem: string | undefined) => void;
}

/** One start of the server. */
interface Generation {
  readonly server: Deno.HttpServer<Deno.NetAddr>;
  /** By the port of the front's side. */
  readonly clients: Map<number, InnerClient>;
}

/** An inner server that is started again when it ends. */
export class InnerServer {
  readonly #options: InnerServerOptions;
  readonly #closing = new AbortController();
  /** All generations that have not ended. */
  readonly #generations = new Set<Generation>();
  /** The generation that accepts connections; undefined between its end and the next start. */
  #current: Generation | undefined;
  #restarting: Promise<void> = Promise.resolve();
  readonly #pauses = backoff({ min: 20, max: 2_000 });
  #startedMs = 0;

  /** Starts the server. */
  constructor(options: InnerServerOptions) {
    this.#options = options;
    this.#current = this.#start();
  }

  /** Port of the generation that accepts connections; undefined while the server is being started again. */
  get port(): number | undefined {
    return this.#current?.server.addr.port;
  }

  /**
   * Connects a client. While the server is being started again, or no descriptor is free, this retries for about a
   * second.
   *
   * @throws The last error when no attempt succeeded.
   */
  async connect(client: InnerClient): Promise<Deno.TcpConn> {
    const { clock, onOutOfDescriptors } = this.#options;
    const { signal } = this.#closing;
    for (let attempt = 1;; attempt++) {
      const generation = this.#current;
      try {
        if (!generation) {
          throw new HttpProblem(httpErrors.server_restarting, "The server is being started again");
        }
        const { port } = generation.server.addr;
        const conn = await Deno.connect({ hostname, port });
        generation.clients.set(conn.localAddr.port, client);
        return conn;
      } catch (error) {
        if (attempt === maxAttempts || signal.aborted) throw error;
        if (isOutOfDescriptors(error)) onOutOfDescriptors();
        await clock.sleep(pauseMs, { signal });
      }
    }
  }

  /** Forgets a client whose connection has ended. */
  release(conn: Deno.TcpConn, client: InnerClient): void {
    const { port } = conn.localAddr;
    for (const { clients } of this.#generations) {
      if (clients.get(port) === client) clients.delete(port);
    }
  }

  /** Accepts no further connection and resolves when all have ended. */
  async shutdown(): Promise<void> {
    this.#closing.abort();
    await this.#restarting;
    await Promise.all([...this.#generations].map(({ server }) => server.shutdown()));
  }

  #start(): Generation {
    const clients = new Map<number, InnerClient>();
    const server = Deno.serve(
      { hostname, port: 0, onListen: () => undefined },
      (request, { remoteAddr, completed }) => {
        const client = remoteAddr.hostname === hostname ? clients.get(remoteAddr.port) : undefined;
        if (client) return client.serve(request, completed);
        const message = "Direct requests to the internal port are refused";
        return errorResponse(new HttpProblem(httpErrors.loopback_only, message));
      },
    );
    this.#startedMs = this.#options.clock.monotonic();
    const generation = { server, clients };
    this.#generations.add(generation);
    const onEnd = (error?: unknown) => this.#onEnd(generation, error);
    server.finished.then(() => onEnd(), onEnd);
    return generation;
  }

  /** Starts the next generation. Connections of the one that ended go on until their clients close them. */
  #onEnd(generation: Generation, error: unknown): void {
    if (this.#current === generation) this.#current = undefined;
    if (this.#closing.signal.aborted) return;
    const { log, onProblem, onOutOfDescriptors } = this.#options;
    log.error("Inner HTTP server ended, starting it again", { error });
    onProblem(`the inner HTTP server ended: ${describeError(error ?? "without an error")}`);
    if (isOutOfDescriptors(error)) onOutOfDescriptors();
    this.#restarting = this.#restart();
  }

  async #restart(): Promise<void> {
    const { clock, log, onProblem } = this.#options;
    const { signal } = this.#closing;
    if (clock.monotonic() - this.#startedMs > stableMs) this.#pauses.reset();
    while (!signal.aborted) {
      // Rejects only when closing begins, which the loop checks.
      await clock.sleep(this.#pauses.next(), { signal }).catch(() => {});
      if (signal.aborted) return;
      try {
        this.#current = this.#start();
        log.info("Inner HTTP server runs again");
        return onProblem(undefined);
      } catch (error) {
        log.warn("Cannot start the inner HTTP server", { error });
      }
    }
  }
}
