/**
 * The destination FILE: one rotated file for each container.
 *
 * Bounds. At most `maxFiles` files are open. When another container appears, the file that has been idle
 * longest gives way; when none is idle, its lines go to the shared file of the container `overflow`, are
 * counted, and nothing is lost. Files idle for `idleMs` are closed. A container is known by the bytes of its
 * name and id; two whose file names are equal (`a-b`,`c` and `a`,`b-c`) share one writer, since a file has
 * one owner.
 *
 * @module
 */
import { aborted } from "../../../core/async/mod.ts";
import type { Book } from "../../../core/books/mod.ts";
import type { LogMessageView } from "../../wire/mod.ts";
import { NameTable } from "./_name_table.ts";
import { type Destination, type DestinationParts, writerFor } from "../destination.ts";
import { fileBase, type FileOwner } from "./file_name.ts";
import type { Backlog } from "../lines/line_buffer.ts";
import type { LineWriter } from "../lines/line_writer.ts";
import { LogFile } from "./log_file.ts";
import type { RouteSettings } from "../route_settings.ts";

/** Options of {@linkcode LogFiles}. */
export interface LogFilesOptions extends DestinationParts {
  /** Folder of the files. */
  readonly folder: string;
  /** The pod whose files these are. */
  readonly owner: FileOwner;
  /** Limits in force now. */
  readonly settings: () => RouteSettings;
  /** Opens the book with what is in flight. */
  readonly openBook: (inFlight: () => number) => Book;
  /** Files open at most, at least 1. */
  readonly maxFiles: number;
  /** Time after which a file without new lines is closed, in milliseconds. */
  readonly idleMs: number;
}

interface OpenFile {
  readonly base: string;
  readonly file: LogFile;
  readonly writer: LineWriter;
  /** When the oldest line came that waits, or the last one that waited. */
  sinceMs: number;
}

const pruneEveryMs = 60_000;
/** How long lines that are due wait for more, so that writes are few and large under load. */
const lingerMs = 10;
/** Names remembered for each file; a container beyond is found by its file name each time. */
const namesPerFile = 4;

/** Lines into files, by container. */
export class LogFiles implements Destination {
  /** What became of the lines. */
  readonly book: Book;
  /** What waits. */
  readonly backlog: Backlog = { bytes: 0, lines: 0 };
  readonly #options: LogFilesOptions;
  readonly #names = new NameTable<OpenFile>();
  readonly #files = new Map<string, OpenFile>();
  readonly #listed: LineWriter[] = [];
  readonly #maxBacklogBytes: number;
  #linger: Disposable | undefined;
  #overflow: OpenFile | undefined;
  #prunedMs: number;
  #pruning: Promise<void> | undefined;

  /** Opens nothing yet. */
  constructor(options: LogFilesOptions) {
    this.#options = options;
    this.#maxBacklogBytes = options.maxBacklogBytes;
    this.#prunedMs = options.clock.monotonic();
    this.book = options.openBook(() => this.backlog.lines);
  }

  /** Files open now, the overflow file not counted. */
  get openFiles(): number {
    return this.#files.size;
  }

  /** Takes a record for the file of its container. */
  write(view: LogMessageView): void {
    this.book.accepted++;
    if (this.backlog.bytes >= this.#maxBacklogBytes) {
      this.book.drop("overflow");
      return;
    }
    const open = this.#names.find(view) ?? this.#open(view);
    const writer = open.writer;
    if (writer.buffer.bytes === 0) open.sinceMs = this.#options.clock.monotonic();
    writer.buffer.append(view);
    if (!writer.isListed && writer.buffer.bytes >= writer.thresholdBytes) {
      writer.isListed = true;
      this.#listed.push(writer);
    }
  }

  /**
   * Starts writing full blocks. Where less has gathered but enough to be due, the next chunks get a moment to
   * add to it: a write costs far more than the bytes in it.
   */
  endOfChunk(): void {
    if (this.#listed.length === 0) return;
    for (const writer of this.#listed) if (writer.buffer.hasFullBlock) writer.poke();
    this.#linger ??= this.#options.clock.timer(lingerMs, () => this.#writeListed());
  }

  /** Puts changed limits in force in every open file, and the retention with the next tick. */
  configure(): void {
    const { bufferBytes } = this.#options.settings();
    for (const { writer } of this.#all()) {
      writer.thresholdBytes = bufferBytes;
      writer.poke();
    }
    this.#prunedMs = -Infinity;
  }

  /** Writes what has waited long enough, closes what is idle, deletes what is too old. */
  tick(): void {
    this.#writeListed();
    const { clock, settings, idleMs } = this.#options;
    const now = clock.monotonic();
    const { flushTimeoutMs } = settings();
    for (const open of this.#all()) {
      if (open.writer.buffer.bytes > 0) {
        if (now - open.sinceMs >= flushTimeoutMs) open.writer.flush();
      } else if (now - open.sinceMs >= idleMs && open.writer.isIdle) this.#close(open);
    }
    if (now - this.#prunedMs < pruneEveryMs || this.#pruning !== undefined) return;
    this.#prunedMs = now;
    this.#pruning = this.#prune().finally(() => this.#pruning = undefined);
  }

  /** Starts writing all there is. */
  flushAll(): void {
    for (const { writer } of this.#all()) writer.flush();
  }

  /** Writes all there is. */
  async flush(): Promise<void> {
    await Promise.all(this.#all().map(({ writer }) => writer.flushed()));
  }

  /** Writes all there is until `signal` aborts, then lets go of all files. */
  async close(signal: AbortSignal): Promise<void> {
    const all = this.#all();
    this.#writeListed();
    await Promise.all(all.map(({ writer }) => writer.close(signal)));
    await Promise.race([this.#pruning, aborted(signal)]);
    for (const open of all) this.#close(open);
  }

  async #prune(): Promise<void> {
    for (const { file } of this.#all()) await file.prune();
  }

  #writeListed(): void {
    this.#linger?.[Symbol.dispose]();
    this.#linger = undefined;
    while (this.#listed.length > 0) {
      const writer = this.#listed.pop()!;
      writer.isListed = false;
      writer.poke();
    }
  }

  #all(): OpenFile[] {
    const files = [...this.#files.values()];
    return this.#overflow === undefined ? files : [...files, this.#overflow];
  }

  #open(view: LogMessageView): OpenFile {
    const name = view.buffer.subarray(view.nameStart, view.nameEnd);
    const id = view.buffer.subarray(view.idStart, view.idEnd);
    const base = fileBase(this.#options.owner, name, id);
    let open = this.#files.get(base) ?? this.#overflowNamed(base);
    if (open === undefined) {
      if (!this.#hasRoom()) return this.#overflowing();
      open = this.#make(base);
      this.#files.set(base, open);
    }
    if (this.#names.size < namesPerFile * this.#options.maxFiles) {
      this.#names.add(view, open);
    }
    return open;
  }

  #hasRoom(): boolean {
    if (this.#files.size < this.#options.maxFiles) return true;
    let oldest: OpenFile | undefined;
    for (const open of this.#files.values()) {
      if (!open.writer.isIdle) continue;
      if (oldest === undefined || open.sinceMs < oldest.sinceMs) oldest = open;
    }
    if (oldest === undefined) return false;
    this.#close(oldest);
    return true;
  }

  #overflowing(): OpenFile {
    const { owner, telemetry, maxFiles } = this.#options;
    const base = fileBase(owner, new TextEncoder().encode("overflow"), new Uint8Array(0));
    // A container may really have that name: the file has one owner all the same.
    const open = this.#files.get(base) ?? (this.#overflow ??= this.#make(base));
    telemetry.overflowed(open.file.path, maxFiles);
    return open;
  }

  #overflowNamed(base: string): OpenFile | undefined {
    return this.#overflow?.base === base ? this.#overflow : undefined;
  }

  #make(base: string): OpenFile {
    const { folder, settings, clock, telemetry } = this.#options;
    const file = new LogFile({
      folder,
      base,
      settings,
      clock,
      onTornLine: (path, bytes) => telemetry.tornLine(path, bytes),
      onPruneFailure: (path, error) => telemetry.pruneFailed(path, error),
    });
    const threshold = settings().bufferBytes;
    const parts = this.#options;
    const writer = writerFor(file.path, file, this.book, this.backlog, threshold, parts);
    return { base, file, writer, sinceMs: clock.monotonic() };
  }

  #close(open: OpenFile): void {
    open.file.close();
    this.#options.telemetry.forget(open.file.path);
    this.#names.remove(open);
    if (open === this.#overflow) this.#overflow = undefined;
    else this.#files.delete(open.base);
  }
}
