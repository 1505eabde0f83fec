/**
 * Checks passwords against bcrypt hashes in a worker, so that the event loop never waits for one.
 *
 * One check runs at a time, in a worker that the first check starts (it blocks the event loop for some 25 ms, once) and
 * `close` ends. Bounds: {@linkcode maxChecks} checks run or wait, {@linkcode maxPeerChecks} of them for one address;
 * further ones are refused as busy. Addresses take turns, so that one of them does not delay the others by more than
 * one check each.
 *
 * The worker is made from a `data:` URL, because that needs no permission and no second file: it works from source,
 * from a URL, from the one-file bundle and in a compiled binary. The alternative, slices on the event loop, would take
 * half of its time while checks wait.
 *
 * @module
 */
import { passwordCheckError } from "../errors.ts";

/** Checks that run or wait at the same time. */
export const maxChecks = 64;
/** Checks of one address that run or wait at the same time. */
export const maxPeerChecks = 32;

/** Outcome of a check; `busy` when it was not made. */
export type CheckOutcome = boolean | "busy";

/** Circumstances of a check. */
export interface CheckOptions {
  /** Address of the client. Default: "". */
  readonly peer?: string;
  /** Whether the check waits however many others wait. Default false. */
  readonly isUnlimited?: boolean;
}

/** Message of the worker: the result, or why there is none. */
type Reply = boolean | { readonly reason: string };

interface Check {
  readonly hash: string;
  readonly given: string;
  readonly resolve: (outcome: CheckOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/** Pending checks and their worker. */
export class BcryptChecks {
  /** Checks by address; the address that comes next is the first. */
  readonly #waiting = new Map<string, Check[]>();
  #pending = 0;
  readonly #pendingOf = new Map<string, number>();
  #isRunning = false;
  #worker: Worker | undefined;
  #giveUp: () => void = () => {};

  /**
   * Whether the password belongs to the hash.
   *
   * @throws {AgentError} `nats_password_check_failed` when the worker fails.
   */
  async check(
    hash: string,
    given: string,
    { peer = "", isUnlimited = false }: CheckOptions = {},
  ): Promise<CheckOutcome> {
    const ofPeer = this.#pendingOf.get(peer) ?? 0;
    if (!isUnlimited && (this.#pending >= maxChecks || ofPeer >= maxPeerChecks)) return "busy";
    this.#pending++;
    this.#pendingOf.set(peer, ofPeer + 1);
    try {
      return await this.#enqueue(hash, given, peer);
    } finally {
      this.#pending--;
      const left = this.#pendingOf.get(peer)! - 1;
      if (left === 0) this.#pendingOf.delete(peer);
      else this.#pendingOf.set(peer, left);
    }
  }

  /** Ends the worker; pending checks end as busy. A later check starts a worker again. */
  close(): void {
    const waiting = [...this.#waiting.values()].flat();
    this.#waiting.clear();
    for (const { resolve } of waiting) resolve("busy");
    this.#endWorker();
    this.#giveUp();
  }

  #enqueue(hash: string, given: string, peer: string): Promise<CheckOutcome> {
    const { promise, resolve, reject } = Promise.withResolvers<CheckOutcome>();
    const check: Check = { hash, given, resolve, reject };
    const others = this.#waiting.get(peer);
    if (others === undefined) this.#waiting.set(peer, [check]);
    else others.push(check);
    if (!this.#isRunning) void this.#run();
    return promise;
  }

  /** Makes one check after the other until none waits. Never rejects. */
  async #run(): Promise<void> {
    this.#isRunning = true;
    for (let check = this.#take(); check !== null; check = this.#take()) {
      try {
        check.resolve(await this.#ask(check));
      } catch (error) {
        check.reject(error);
      }
    }
    this.#isRunning = false;
  }

  /** Takes the next check; its address comes last then. */
  #take(): Check | null {
    const { value, done } = this.#waiting.entries().next();
    if (done) return null;
    const [peer, checks] = value;
    const check = checks.shift()!;
    this.#waiting.delete(peer);
    if (checks.length > 0) this.#waiting.set(peer, checks);
    return check;
  }

  async #ask({ hash, given }: Check): Promise<CheckOutcome> {
    const { promise, resolve, reject } = Promise.withResolvers<CheckOutcome>();
    let isGivenUp = false;
    this.#giveUp = () => {
      isGivenUp = true;
      resolve("busy");
    };
    if (this.#worker === undefined) {
      const source = await workerSource();
      if (isGivenUp) return "busy";
      this.#worker = new Worker(source, { type: "module" });
    }
    const worker = this.#worker;
    const fail = (reason: string) => {
      this.#endWorker();
      reject(passwordCheckError(reason));
    };
    worker.onmessage = ({ data }: MessageEvent<Reply>) =>
      typeof data === "boolean" ? resolve(data) : fail(data.reason);
    worker.onerror = (event) => {
      event.preventDefault();
      fail(event.message);
    };
    worker.postMessage({ hash, given });
    return await promise;
  }

  #endWorker(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
  }
}

/** Source of the worker; it answers each message with a {@linkcode Reply}. */
async function workerSource(): Promise<string> {
  const { importExpression } = await import("./bcrypt_library.ts");
  const source = `const library = ${importExpression(Deno.build.standalone)};
library.catch(() => {}); // Each message reports it.
self.onmessage = async ({ data: { hash, given } }) => {
  try {
    const { compareSync } = await library;
    self.postMessage(compareSync(given, hash));
  } catch (error) {
    self.postMessage({ reason: String(error) });
  }
};`;
  return `data:text/javascript,${encodeURIComponent(source)}`;
}
