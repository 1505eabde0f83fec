/**
 * The folder with bad regions of segments, for inspection by people. It is bounded: the oldest files make room
 * for new ones, and a region beyond the bound is cut.
 *
 * @module
 */
import type { Budget, BudgetUser } from "./_budget.ts";
import { writeFully } from "./_format.ts";
import type { SpoolFs } from "./fs.ts";

/** Name of the folder within that of the spool. */
export const quarantineName = "quarantine";

const maxShare = 1 / 16;
const maxFiles = 100;
const chunkBytes = 64 * 1024;

/** The quarantine of a spool. */
export class Quarantine implements BudgetUser {
  readonly #fs: SpoolFs;
  readonly #folder: string;
  readonly #budget: Budget;
  readonly #maxBytes: number;
  /** Sizes by name, oldest first. */
  readonly #files = new Map<string, number>();
  /** Bytes of all files. */
  bytes = 0;

  /** Reads nothing yet. */
  constructor(fs: SpoolFs, folder: string, budget: Budget) {
    this.#fs = fs;
    this.#folder = `${folder}/${quarantineName}`;
    this.#budget = budget;
    this.#maxBytes = Math.floor(budget.maxBytes * maxShare);
  }

  /** Counts the files that are there. */
  async open(): Promise<void> {
    const names = (await this.#fs.list(this.#folder)).filter(({ isFolder }) => !isFolder);
    for (const { name } of names.toSorted((a, b) => a.name < b.name ? -1 : 1)) {
      const size = await this.#fs.size(`${this.#folder}/${name}`) ?? 0;
      this.#files.set(name, size);
      this.#budget.take(this, size);
    }
  }

  /** Copies a region of a file; returns the path of the copy, or undefined when it could not be kept. */
  async keep(
    path: string,
    region: { from: number; to: number },
    name: string,
  ): Promise<string | undefined> {
    const length = Math.min(region.to - region.from, this.#maxBytes);
    const target = `${this.#folder}/${name}`;
    try {
      await this.#remove(name);
      for (const [oldest] of this.#files) {
        if (this.bytes + length <= this.#maxBytes && this.#files.size < maxFiles) break;
        await this.#remove(oldest);
      }
      if (length <= 0 || !this.#budget.tryTake(this, length)) return undefined;
      this.#files.set(name, length);
      await this.#fs.makeFolder(this.#folder);
      await this.#copy(path, region.from, length, target);
      return target;
    } catch {
      // The caller reports that nothing was kept; what was written of it must not stay.
      await this.#remove(name).catch(() => {});
      return undefined;
    }
  }

  async #remove(name: string): Promise<void> {
    const size = this.#files.get(name);
    if (size === undefined) return;
    await this.#fs.remove(`${this.#folder}/${name}`);
    this.#files.delete(name);
    this.#budget.release(this, size);
  }

  async #copy(path: string, from: number, length: number, target: string): Promise<void> {
    const source = await this.#fs.open(path, "read");
    try {
      const copy = await this.#fs.open(target, "create");
      try {
        await source.seek(from);
        const chunk = new Uint8Array(Math.min(length, chunkBytes));
        for (let left = length; left > 0;) {
          const count = await source.read(chunk.subarray(0, Math.min(left, chunk.length)));
          if (count === 0) break;
          await writeFully(copy, chunk.subarray(0, count));
          left -= count;
        }
      } finally {
        copy.close();
      }
    } finally {
      source.close();
    }
  }
}
