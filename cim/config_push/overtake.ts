/**
 * Decides when queued change-sets can no longer wait for the reply to the current one, because the lease of one
 * of them would end before it is sent.
 *
 * @module
 */
import type { Clock } from "../../core/mod.ts";
import type { Lease } from "./lease.ts";

/** Options of {@linkcode untilUrgent}. */
export interface OvertakeOptions {
  readonly clock: Clock;
  /** Reads the lease of a change-set from the store. */
  readonly readLease: (key: string, signal: AbortSignal) => Promise<Lease>;
  /** Time needed to send a change-set before its lease ends, in milliseconds; at most half of the lease. */
  readonly leadMs: number;
}

/** How often the leases are checked, in milliseconds. */
const intervalMs = 500;
/** Most queued change-sets whose leases are checked. */
const maxChecked = 16;

/**
 * Resolves when one of the keys must be sent now. Reads leases from the store only while `isWaiting` returns true,
 * each once, and again before it resolves because the store may have renewed it. While the store is unreachable nothing is urgent.
 *
 * @throws The signal's reason when it aborts.
 */
export async function untilUrgent(
  { clock, readLease, leadMs }: OvertakeOptions,
  isWaiting: () => boolean,
  keys: () => readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const deadlines = new Map<string, number>();
  const leads = new Map<string, number>();
  for (;;) {
    await clock.sleep(intervalMs, { signal });
    if (!isWaiting()) continue;
    for (const key of keys().slice(0, maxChecked)) {
      const known = deadlines.get(key);
      if (known !== undefined && clock.monotonic() < known) continue;
      const deadline = await readDeadline(key);
      if (deadline === undefined) continue;
      deadlines.set(key, deadline);
      if (isWaiting() && clock.monotonic() >= deadline) return;
    }
  }

  /** Time on the clock's `monotonic` at which the key must be sent; undefined while the store is unreachable. */
  async function readDeadline(key: string): Promise<number | undefined> {
    try {
      const lease = await readLease(key, signal);
      if (lease.state !== "leased") return Infinity;
      const { remainingMs } = lease;
      const lead = leads.get(key) ?? Math.min(leadMs, remainingMs / 2);
      leads.set(key, lead);
      return clock.monotonic() + remainingMs - lead;
    } catch {
      signal.throwIfAborted();
      return undefined;
    }
  }
}
