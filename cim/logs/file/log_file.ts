/**
 * One rotated log file as the last stage of a route.
 *
 * Invariants. The file consists of whole lines: a block is written from where the last attempt ended a
 * line, and a torn last line (a crash, a full disk) is cut off when the file is opened, since its record was
 * never counted as delivered in this life and would otherwise stand in the middle of the file. Between
 * blocks the file is renamed to a backup when the next block would exceed the maximum; a block larger than
 * the maximum gets a file of its own rather than being lost. A file that was deleted, replaced or truncated
 * from outside is noticed within a second of writing and opened anew.
 *
 * Alternative considered: ending a torn line with a line feed. That keeps half a record which nobody can
 * tell from a whole one.
 *
 * @module
 */
import { logErrors } from "../errors.ts";
import type { Clock } from "../../../core/async/mod.ts";
import { AgentError, describeError } from "../../../core/errors/mod.ts";
import { delivered, type Delivery, type Sender } from "../../../core/forward/mod.ts";
import { Backups, type Retention } from "./backups.ts";
import type { Block } from "../lines/block.ts";

const LINE_FEED = 0x0a;
const scanBytes = 65_536;
const presenceCheckMs = 1_000;

/** What may change while the file is open. */
export interface LogFileSettings extends Retention {
  /** Size in bytes at which the file is rotated. */
  readonly maxFileBytes: number;
}

/** Options of {@linkcode LogFile}. */
export interface LogFileOptions {
  /** Folder of the file; created with mode 0744 when it does not exist. */
  readonly folder: string;
  /** Name without `.log`. */
  readonly base: string;
  /** Limits in force now. */
  readonly settings: () => LogFileSettings;
  /** Source of time. */
  readonly clock: Clock;
  /** Told of the bytes of a torn line that were cut off. */
  readonly onTornLine: (path: string, bytes: number) => void;
  /** Told of a backup that cannot be deleted. */
  readonly onPruneFailure: (path: string, error: unknown) => void;
}

/** Writes blocks of whole lines to a file and rotates it. One block at a time. */
export class LogFile implements Sender<Block>, Disposable {
  /** Path of the file. */
  readonly path: string;
  readonly #options: LogFileOptions;
  readonly #backups: Backups;
  #file: Deno.FsFile | undefined;
  #inode: number | null = null;
  #size = 0;
  #checkedMs = 0;

  /** Nothing is opened yet. */
  constructor(options: LogFileOptions) {
    this.#options = options;
    this.path = `${options.folder}/${options.base}.log`;
    this.#backups = new Backups(options.folder, options.base);
  }

  /** Writes what is left of the block; on failure the file is closed, and opened by the next attempt. */
  async send(block: Block): Promise<Delivery> {
    try {
      const file = await this.#fileFor(block);
      while (block.written < block.used) {
        const count = await file.write(block.bytes.subarray(block.written, block.used));
        block.written += count;
        this.#size += count;
      }
      return delivered;
    } catch (error) {
      this.close();
      block.written = lineStart(block);
      return { status: "retry", reason: failureReason(error), cause: this.#explain(error) };
    }
  }

  /** Deletes backups beyond the retention. To be called between blocks. */
  async prune(): Promise<void> {
    try {
      await this.#backups.prune(this.#options.settings(), this.#options.clock.now());
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return; // The folder is made with the first file.
      this.#options.onPruneFailure(this.path, error);
    }
  }

  /** Lets go of the file; the next block opens it again. */
  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  /** The same as {@linkcode LogFile.close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  async #fileFor(block: Block): Promise<Deno.FsFile> {
    await this.#closeIfChanged();
    let file = this.#file ?? await this.#open();
    const { maxFileBytes } = this.#options.settings();
    const isFull = this.#size > 0 && this.#size + block.used - block.written > maxFileBytes;
    if (isFull) {
      this.close();
      await this.#backups.add(this.#options.clock.now());
      file = await this.#open();
    }
    return file;
  }

  async #closeIfChanged(): Promise<void> {
    if (this.#file === undefined) return;
    const now = this.#options.clock.monotonic();
    if (now - this.#checkedMs < presenceCheckMs) return;
    this.#checkedMs = now;
    try {
      const { ino, size } = await Deno.stat(this.path);
      if (ino === this.#inode && size >= this.#size) return;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    this.close();
  }

  async #open(): Promise<Deno.FsFile> {
    await Deno.mkdir(this.#options.folder, { recursive: true, mode: 0o744 });
    const file = await Deno.open(this.path, {
      read: true,
      append: true,
      create: true,
      mode: 0o644,
    });
    try {
      const { size, ino } = await file.stat();
      const whole = await wholeLinesSize(file, size);
      if (whole < size) {
        await file.truncate(whole);
        this.#options.onTornLine(this.path, size - whole);
      }
      this.#size = whole;
      this.#inode = ino;
    } catch (error) {
      file.close();
      throw error;
    }
    this.#checkedMs = this.#options.clock.monotonic();
    this.#file = file;
    await this.prune();
    return file;
  }

  #explain(error: unknown): AgentError {
    return new AgentError(
      logErrors.log_unwritable,
      `Cannot write log file "${this.path}": ${describeError(error)}; ` +
        "free space, correct the permissions or set paths.logs",
      { cause: error },
    );
  }
}

/** Where the line begins that the last attempt left unfinished. */
function lineStart(block: Block): number {
  if (block.written === 0) return 0;
  return block.bytes.lastIndexOf(LINE_FEED, block.written - 1) + 1;
}

/** Size of a file up to its last line feed. */
async function wholeLinesSize(file: Deno.FsFile, size: number): Promise<number> {
  const window = new Uint8Array(Math.min(size, scanBytes));
  let end = size;
  // Nearly always the last byte is a line feed, and one byte is read.
  for (let length = 1; end > 0; length = Math.min(end, window.length)) {
    await file.seek(end - length, Deno.SeekMode.Start);
    const part = window.subarray(0, length);
    for (let have = 0; have < length;) {
      const count = await file.read(part.subarray(have));
      if (count === null) throw new Error(`file shrank below ${end} bytes while it was read`);
      have += count;
    }
    const at = part.lastIndexOf(LINE_FEED);
    if (at >= 0) return end - length + at + 1;
    end -= length;
  }
  return 0;
}

function failureReason(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOSPC" || code === "EDQUOT") return "disk_full";
  if (error instanceof Deno.errors.PermissionDenied || code === "EROFS") return "denied";
  return "io_error";
}
