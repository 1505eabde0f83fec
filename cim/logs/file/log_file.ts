/**
 * One rotated log file as the last stage of a route.
 *
 * Invariants. The file consists of whole lines: a retry of a block begins after the last whole line that was
 * written, and a torn last line (after a crash or a full disk) is cut off when the file is opened, because its
 * record was never counted as delivered and would otherwise stand in the middle of the file. A file of another
 * user is never cut: with a torn last line it becomes a backup and a new file begins. Between blocks the file
 * is renamed to a backup when the next block would exceed the maximum size; a block larger than the maximum
 * gets a file of its own and is not lost. A file that was deleted, replaced, linked or truncated from outside
 * is noticed within a second of writing and opened again.
 *
 * Alternative considered: ending a torn line with a line feed. That keeps half a record that looks like a
 * whole one.
 *
 * @module
 */
import type { Clock } from "../../../core/async/mod.ts";
import { delivered, type Delivery, type Sender } from "../../../core/forward/mod.ts";
import type { Block } from "../lines/mod.ts";
import { untilAborted } from "../until_aborted.ts";
import { Backups, type Retention } from "./backups.ts";
import {
  entryAt,
  failureReason,
  isPlainFile,
  isSame,
  type LogFolder,
  unwritable,
} from "./log_folder.ts";

const LINE_FEED = 0x0a;
const scanBytes = 65_536;
const presenceCheckMs = 1_000;

/** Settings that may change while the file is open. */
export interface LogFileSettings extends Retention {
  /** Size in bytes beyond which the file is rotated. */
  readonly maxFileBytes: number;
}

/** Options of {@linkcode LogFile}. */
export interface LogFileOptions {
  /** Folder of the file. */
  readonly folder: LogFolder;
  /** Name without `.log`. */
  readonly base: string;
  /** Returns the settings that apply now. */
  readonly settings: () => LogFileSettings;
  /** Clock for the names of backups, their age, and checks of the file. */
  readonly clock: Clock;
  /** Called with the number of bytes of a torn line that were cut off. */
  readonly onTornLine: (path: string, bytes: number) => void;
  /** Called with a backup that cannot be deleted. */
  readonly onPruneFailure: (path: string, error: unknown) => void;
}

const aborted: Delivery = Object.freeze({ status: "retry", reason: "aborted" });

interface OpenFile {
  readonly file: Deno.FsFile;
  readonly info: Deno.FileInfo;
  size: number;
}

/** Writes blocks of whole lines to a file and rotates it. One block at a time. */
export class LogFile implements Sender<Block>, Disposable {
  /** Path of the file. */
  readonly path: string;
  readonly #options: LogFileOptions;
  readonly #backups: Backups;
  #open: OpenFile | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #checkedMs = 0;

  /** Opens nothing yet. */
  constructor(options: LogFileOptions) {
    const { folder, base } = options;
    this.#options = options;
    this.path = `${folder.path}/${base}.log`;
    this.#backups = new Backups(folder.path, base);
  }

  /**
   * Writes the rest of the block. After a failure the file is closed, and the next attempt opens it again. When
   * the signal aborts, a write of which the result is unknown may go on.
   */
  async send(block: Block, signal: AbortSignal): Promise<Delivery> {
    if (signal.aborted) return aborted;
    // A write that was abandoned when its signal aborted may still go on.
    const work = this.#last.then(() => this.#write(block, signal));
    this.#last = work.catch(() => {}); // This call reports the error.
    try {
      return await untilAborted(work, signal);
    } catch (error) {
      if (signal.aborted) return aborted;
      this.close();
      block.written = lineStart(block);
      const cause = unwritable(`log file "${this.path}"`, error);
      return { status: "retry", reason: failureReason(error), cause };
    }
  }

  /** Deletes backups beyond the retention. */
  async prune(): Promise<void> {
    const { settings, clock, onPruneFailure } = this.#options;
    try {
      await this.#backups.prune(settings(), clock.now(), onPruneFailure);
    } catch (error) {
      // The folder is created with the first file.
      if (!(error instanceof Deno.errors.NotFound)) onPruneFailure(this.path, error);
    }
  }

  /** Closes the file; the next block opens it again. */
  close(): void {
    this.#open?.file.close();
    this.#open = undefined;
  }

  /** The same as {@linkcode LogFile.close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  async #write(block: Block, signal: AbortSignal): Promise<Delivery> {
    // An attempt that was given up before it began creates no file.
    signal.throwIfAborted();
    const open = await this.#fileFor(block, signal);
    while (block.written < block.used) {
      const count = await open.file.write(block.bytes.subarray(block.written, block.used));
      block.written += count;
      open.size += count;
    }
    return delivered;
  }

  async #fileFor(block: Block, signal: AbortSignal): Promise<OpenFile> {
    await this.#closeIfChanged();
    const open = this.#open ?? await this.#reopen(signal);
    const { maxFileBytes } = this.#options.settings();
    const isFull = open.size > 0 && open.size + block.used - block.written > maxFileBytes;
    if (!isFull) return open;
    await this.#rotate();
    return await this.#reopen(signal);
  }

  async #closeIfChanged(): Promise<void> {
    if (this.#open === undefined) return;
    const now = this.#options.clock.monotonic();
    if (now - this.#checkedMs < presenceCheckMs) return;
    this.#checkedMs = now;
    const { info, size } = this.#open;
    const entry = await entryAt(this.path);
    const isUnchanged = entry !== undefined && isSame(entry, info) && isPlainFile(entry) &&
      entry.size >= size;
    if (!isUnchanged) this.close();
  }

  async #rotate(): Promise<void> {
    this.close();
    await this.#backups.add(this.#options.clock.now());
  }

  async #reopen(signal: AbortSignal): Promise<OpenFile> {
    const { folder, clock } = this.#options;
    let checked = await folder.open(this.path);
    let size = await this.#wholeLines(checked.file, checked.info);
    if (size === undefined) {
      checked.file.close();
      await this.#rotate();
      checked = await folder.open(this.path);
      size = 0;
    }
    const { file, info } = checked;
    if (signal.aborted) {
      file.close();
      throw signal.reason;
    }
    this.#checkedMs = clock.monotonic();
    this.#open = { file, info, size };
    await this.prune();
    return this.#open;
  }

  /** Cuts a torn last line off and returns the size; undefined when the file must not be cut. */
  async #wholeLines(file: Deno.FsFile, { size, uid }: Deno.FileInfo): Promise<number | undefined> {
    try {
      const whole = await wholeLinesSize(file, size);
      if (whole === size) return size;
      if (uid !== await this.#options.folder.probe()) return undefined;
      await file.truncate(whole);
      this.#options.onTornLine(this.path, size - whole);
      return whole;
    } catch (error) {
      file.close();
      throw error;
    }
  }
}

/** Start of the line that the last attempt left unfinished. */
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
