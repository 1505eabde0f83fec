/**
 * Follows the lease of one change-set. Only the store decides that a lease has ended: etcd renews leases when it
 * restarts, so the agent's clock only says when to ask again, and while the store is unreachable nothing ends.
 *
 * @module
 */
import { backoff, type Clock, type Logger } from "../../core/mod.ts";

/** Lease of a key. `gone`: the key no longer exists. */
export type Lease =
  | { readonly state: "leased"; readonly remainingMs: number }
  | { readonly state: "unleased" }
  | { readonly state: "gone" };

/** Options of {@linkcode followLease}. */
export interface FollowLeaseOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Reads the lease from the store. */
  readonly read: (signal: AbortSignal) => Promise<Lease>;
  /** Time limit of a key without a lease, in milliseconds. */
  readonly timeoutMs: number;
  /** Time before the end at which `onLate` is called, in milliseconds; at most a quarter of the lease. */
  readonly marginMs: number;
  /** Called once, shortly before the end. */
  readonly onLate: () => void;
  /** Called once, when the lease has ended or the key is gone. */
  readonly onOver: () => void;
}

/** Shortest time between two reads, in milliseconds. */
const minDelayMs = 250;

/** Follows the lease until it has ended or the signal aborts. Never rejects. */
export async function followLease(
  options: FollowLeaseOptions,
  signal: AbortSignal,
): Promise<void> {
  const { clock, timeoutMs, onLate, onOver } = options;
  const begun = clock.monotonic();
  let marginMs: number | undefined;
  let isLate = false;
  try {
    while (!signal.aborted) {
      const lease = await readUntilKnown(options, signal);
      if (lease.state === "gone") return onOver();
      const remainingMs = lease.state === "leased"
        ? lease.remainingMs
        : begun + timeoutMs - clock.monotonic();
      if (lease.state === "unleased" && remainingMs <= 0) return onOver();
      marginMs ??= Math.min(options.marginMs, remainingMs / 4);
      if (!isLate && remainingMs <= marginMs) {
        isLate = true;
        onLate();
      }
      const delayMs = isLate ? remainingMs : remainingMs - marginMs;
      await clock.sleep(Math.max(delayMs, minDelayMs), { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Reads the lease, with retries while the store is unreachable. */
async function readUntilKnown(
  { clock, log, read }: FollowLeaseOptions,
  signal: AbortSignal,
): Promise<Lease> {
  const delays = backoff({ min: minDelayMs, max: 2_000 });
  for (;;) {
    try {
      return await read(signal);
    } catch (error) {
      signal.throwIfAborted();
      log.debug("Cannot read the lease of a change-set; retrying", { error });
    }
    await clock.sleep(delays.next(), { signal });
  }
}
