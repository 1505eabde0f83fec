/**
 * The backups of one log file: how many and how old they may be, and the rotation that makes them.
 *
 * @module
 */
import { backupName, backupTime } from "./file_name.ts";

/** How long backups are kept. */
export interface Retention {
  /** Backups kept, the newest first. */
  readonly maxBackups: number;
  /** Age at which a backup is deleted, in milliseconds, by the time in its name. */
  readonly maxAgeMs: number;
}

/** Backups of `<base>.log`, listed once and then kept in mind: this process is the only one that makes them. */
export class Backups {
  readonly #folder: string;
  readonly #base: string;
  /** Times in the names, ascending. */
  #times: number[] | undefined;
  /** The last change; the next one waits for it. */
  #last: Promise<void> = Promise.resolve();

  /** Nothing is read yet. */
  constructor(folder: string, base: string) {
    this.#folder = folder;
    this.#base = base;
  }

  /** Backups known. */
  get count(): number {
    return this.#times?.length ?? 0;
  }

  /** Makes a backup of the file, under a name that no earlier backup has even if the clock stands still. */
  add(nowMs: number): Promise<void> {
    return this.#inTurn(async () => {
      const times = await this.#list();
      const time = Math.max(nowMs, (times.at(-1) ?? 0) + 1);
      await Deno.rename(`${this.#folder}/${this.#base}.log`, this.#path(time));
      times.push(time);
    });
  }

  /** Deletes backups beyond the retention; one that cannot be deleted stays known and is tried again. */
  prune({ maxBackups, maxAgeMs }: Retention, nowMs: number): Promise<void> {
    return this.#inTurn(async () => {
      const times = await this.#list();
      while (times.length > maxBackups || (times.length > 0 && times[0] < nowMs - maxAgeMs)) {
        await removeIfPresent(this.#path(times[0]));
        times.shift();
      }
    });
  }

  #inTurn(change: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(change);
    this.#last = turn.catch(() => undefined); // Whoever asked for the change is told by `turn`.
    return turn;
  }

  async #list(): Promise<number[]> {
    if (this.#times !== undefined) return this.#times;
    const times: number[] = [];
    for await (const { name } of Deno.readDir(this.#folder)) {
      const time = backupTime(this.#base, name);
      if (time !== undefined) times.push(time);
    }
    return this.#times = times.sort((a, b) => a - b);
  }

  #path(time: number): string {
    return `${this.#folder}/${backupName(this.#base, time)}`;
  }
}

async function removeIfPresent(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
