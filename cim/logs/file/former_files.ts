/**
 * Retention for log files that nothing writes to: those of former containers of the pod, which have another id after
 * each restart, and of containers that were idle for long. Without it they would stay until the volume is full.
 *
 * Invariant: only files whose name begins with the pod and the namespace of the agent are deleted. Files of other pods
 * in a shared folder are never deleted, those of pods that do not exist any more included: an agent cannot know whether
 * such a pod comes back, so the operator of the node removes them.
 *
 * @module
 */
import { Backups, type Retention } from "./backups.ts";
import { type FileOwner, ownerPrefix, splitBackupName } from "./file_name.ts";
import { isPlainFile } from "./log_folder.ts";

const fileEnding = ".log";

/** Options of {@linkcode FormerFiles}. */
export interface FormerFilesOptions {
  /** Path of the log folder. */
  readonly folder: string;
  /** The pod whose files these are. */
  readonly owner: FileOwner;
  /** Whether `<base>.log` is open now; its own writer looks after it and its backups then. */
  readonly isOpen: (base: string) => boolean;
  /** Called with a file that cannot be deleted. */
  readonly onFailure: (path: string, error: unknown) => void;
}

/** The files of the pod that are not open. */
export class FormerFiles {
  readonly #options: FormerFilesOptions;

  /** Touches nothing yet. */
  constructor(options: FormerFilesOptions) {
    this.#options = options;
  }

  /**
   * Deletes backups beyond the retention, and files that were not written for longer than `maxAgeMs`. Calls `onFailure`
   * with each one that cannot be deleted; it is tried again the next time.
   */
  async prune(retention: Retention, nowMs: number): Promise<void> {
    const { folder, owner, isOpen, onFailure } = this.#options;
    const prefix = ownerPrefix(owner);
    if (prefix === undefined) return;
    try {
      const bases = new Set<string>();
      for await (const { name, isFile } of Deno.readDir(folder)) {
        if (!isFile || !name.startsWith(prefix)) continue;
        const base = splitBackupName(name);
        if (base !== undefined) bases.add(base);
        else if (name.endsWith(fileEnding)) this.#removeIfOld(name, nowMs - retention.maxAgeMs);
      }
      for (const base of bases) {
        if (!isOpen(base)) await new Backups(folder, base).prune(retention, nowMs, onFailure);
      }
    } catch (error) {
      // The folder is created with the first file.
      if (!(error instanceof Deno.errors.NotFound)) onFailure(folder, error);
    }
  }

  /** In one turn, so that no writer opens the file between the check and the removal. */
  #removeIfOld(name: string, oldestMs: number): void {
    const { folder, isOpen, onFailure } = this.#options;
    if (isOpen(name.slice(0, -fileEnding.length))) return;
    const path = `${folder}/${name}`;
    try {
      const info = Deno.lstatSync(path);
      const isOld = info.mtime !== null && info.mtime.getTime() < oldestMs;
      if (isOld && isPlainFile(info)) Deno.removeSync(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) onFailure(path, error);
    }
  }
}
