/**
 * The backups of one log file: their names, their maximum number and age.
 *
 * The order of backups is that of the times in their names, but a time in the future was written under a wrong
 * clock, at some moment before now, so such a backup counts as older than all others. Otherwise, after a clock
 * was set back, each new backup would be the oldest one and be deleted at once.
 *
 * @module
 */
import { backupName, backupTime } from "./file_name.ts";

/** How long backups are kept. */
export interface Retention {
  /** Maximum number of backups; the newest are kept. */
  readonly maxBackups: number;
  /** Age at which a backup is deleted, in milliseconds, by the time in its name. */
  readonly maxAgeMs: number;
}

/** A time in a name that is this far ahead of the clock, in milliseconds, was written under a wrong clock. */
const toleranceMs = 60_000;

/** Backups of `<base>.log`. The folder is listed once: only this process makes backups of the file. */
export class Backups {
  readonly #folder: string;
  readonly #base: string;
  /** Times in the names. */
  #times: Set<number> | undefined;
  /** The last change; the next one waits for it. */
  #last: Promise<void> = Promise.resolve();

  /** Reads nothing yet. */
  constructor(folder: string, base: string) {
    this.#folder = folder;
    this.#base = base;
  }

  /** Renames the file to a backup whose name nothing has yet. */
  add(nowMs: number): Promise<void> {
    return this.#inTurn(async () => {
      const times = await this.#list();
      let time = nowMs;
      while (times.has(time) || await exists(this.#path(time))) time++;
      await Deno.rename(`${this.#folder}/${this.#base}.log`, this.#path(time));
      times.add(time);
    });
  }

  /**
   * Deletes backups beyond the retention. Calls `onFailure` with each one that cannot be deleted; it is tried
   * again the next time, and the others are deleted nevertheless.
   */
  prune(
    { maxBackups, maxAgeMs }: Retention,
    nowMs: number,
    onFailure: (path: string, error: unknown) => void,
  ): Promise<void> {
    return this.#inTurn(async () => {
      const times = await this.#list();
      const isFuture = (time: number) => time > nowMs + toleranceMs;
      const byAge = [...times].sort((a, b) => Number(isFuture(b)) - Number(isFuture(a)) || a - b);
      const excess = byAge.length - maxBackups;
      const outdated = byAge.filter((time, index) => index < excess || time < nowMs - maxAgeMs);
      for (const time of outdated) {
        const path = this.#path(time);
        try {
          await Deno.remove(path);
        } catch (error) {
          if (!(error instanceof Deno.errors.NotFound)) {
            onFailure(path, error);
            continue;
          }
        }
        times.delete(time);
      }
    });
  }

  #inTurn(change: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(change);
    this.#last = turn.catch(() => {}); // The caller gets the error from `turn`.
    return turn;
  }

  async #list(): Promise<Set<number>> {
    if (this.#times !== undefined) return this.#times;
    const times = new Set<number>();
    for await (const { name } of Deno.readDir(this.#folder)) {
      const time = backupTime(this.#base, name);
      if (time !== undefined) times.add(time);
    }
    return this.#times = times;
  }

  #path(time: number): string {
    return `${this.#folder}/${backupName(this.#base, time)}`;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
