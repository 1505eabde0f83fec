/**
 * Ticks at multiples of an interval since 1970, by the wall clock.
 *
 * The wall clock may jump. A jump forward passes times over, which are counted and not caught up with. After a jump
 * back by at most one interval no time comes twice: the next tick is that after the last one. After a longer jump back
 * the ticks begin again at the new time and say so.
 *
 * @module
 */
import { type Clock, pause } from "../../core/mod.ts";

/** One tick. */
export interface AlignedTick {
  /** The aligned time, milliseconds since 1970. */
  readonly timeMs: number;
  /** Aligned times passed over since the tick before, because of a jump or because the process stood still. */
  readonly skipped: number;
  /** By how much the clock jumped since the tick before, in milliseconds; negative for a jump back. */
  readonly jumpMs: number;
  /** Whether times may come again because the clock was set back by more than an interval. */
  readonly isReset: boolean;
}

/** The clock is read at least this often, so that a jump is noticed soon. */
const maxWaitMs = 5_000;
/** A smaller difference between wall clock and monotonic clock is no jump. */
const minJumpMs = 500;
/** A tick that comes later is skipped: its values are not those of its time. */
const maxLateMs = 2_500;

/** Ticks until the signal aborts. */
export async function* alignedTicks(
  clock: Clock,
  intervalMs: number,
  signal: AbortSignal,
): AsyncIterable<AlignedTick> {
  const lateMs = Math.min(maxLateMs, intervalMs / 2);
  let wall = clock.now();
  let monotonic = clock.monotonic();
  let next = following(wall, intervalMs);
  let last: number | undefined;
  let pending = { skipped: 0, jumpMs: 0, isReset: false };
  while (!signal.aborted) {
    if (wall < next) await pause(clock, Math.min(next - wall, maxWaitMs), signal);
    if (signal.aborted) return;
    const now = clock.now();
    const nowMonotonic = clock.monotonic();
    const driftMs = now - wall - (nowMonotonic - monotonic);
    wall = now;
    monotonic = nowMonotonic;
    if (Math.abs(driftMs) >= minJumpMs) {
      pending = { ...pending, jumpMs: pending.jumpMs + driftMs };
      if (driftMs < 0) {
        if (last !== undefined && wall < last - intervalMs) {
          last = undefined;
          pending = { ...pending, isReset: true };
        }
        next = Math.max(following(wall, intervalMs), last === undefined ? 0 : last + intervalMs);
      }
    }
    if (wall < next) continue;
    const missed = Math.floor((wall - next) / intervalMs);
    const newest = next + missed * intervalMs;
    next = newest + intervalMs;
    if (wall - newest > lateMs) {
      pending = { ...pending, skipped: pending.skipped + missed + 1 };
      continue;
    }
    yield { ...pending, skipped: pending.skipped + missed, timeMs: newest };
    last = newest;
    pending = { skipped: 0, jumpMs: 0, isReset: false };
  }
}

/** The first multiple of the interval after a time. */
function following(timeMs: number, intervalMs: number): number {
  return (Math.floor(timeMs / intervalMs) + 1) * intervalMs;
}
