/**
 * The destination FILE: one rotated file for each container.
 *
 * Bounds. At most `maxFiles` files of containers are open. For one more container the file that has been idle
 * longest is closed; when none is idle, the lines go to the shared file of the container `overflow` and are
 * counted, and none is lost. Files idle for `idleMs` are closed. A container is identified by the bytes of its
 * name and id; two whose file names are equal (`a-b`,`c` and `a`,`b-c`) share one writer, since a file has one
 * owner. The file of the agent's own log is reserved: a container of the same name gets another file. Files of the pod
 * that are not open, such as those of former container ids, are deleted when they are older than the maximum age.
 *
 * @module
 */
import { aborted } from "../../../core/async/mod.ts";
import type { Book } from "../../../core/books/mod.ts";
import type { Receipt } from "../../receipts/mod.ts";
import type { LogMessageView } from "../../wire/mod.ts";
import { BackPressure } from "../back_pressure.ts";
import { createWriter, type Destination, type DestinationParts } from "../destination.ts";
import type { Backlog, LineWriter } from "../lines/mod.ts";
import { NameTable } from "./_name_table.ts";
import { fileBase, type FileOwner, hashedBase } from "./file_name.ts";
import { FormerFiles } from "./former_files.ts";
import { LogFile, type LogFileSettings } from "./log_file.ts";
import { failureReason, LogFolder } from "./log_folder.ts";

/** Settings of the destination FILE. */
export interface FileSettings extends LogFileSettings {
  /** Bytes of one file's lines that are written without waiting for the timer. */
  readonly bufferBytes: number;
  /** Maximum time that a line waits in the buffer, in milliseconds. */
  readonly flushTimeoutMs: number;
  /** Whether the agent's own log is written to a file too. */
  readonly hasOwnLog: boolean;
}

/** Options of {@linkcode LogFiles}. */
export interface LogFilesOptions extends DestinationParts {
  /** Folder of the files. */
  readonly folder: string;
  /** The pod whose files these are. */
  readonly owner: FileOwner;
  /** Returns the settings that apply now. */
  readonly settings: () => FileSettings;
  /** Opens the book; the argument returns the number of lines in flight. */
  readonly openBook: (inFlight: () => number) => Book;
  /** Maximum files of containers open at the same time, at least 1. */
  readonly maxFiles: number;
  /** Idle timeout of a file, in milliseconds. */
  readonly idleMs: number;
  /** Mode of new files, less the umask. */
  readonly fileMode: number;
  /** Mode of the folder when it is created, less the umask. */
  readonly folderMode: number;
}

/** A file that only the agent itself writes to. */
export interface OwnLogFile {
  /**
   * Appends a line, with a line feed unless it ends in one. Never waits, and never pauses publishers: a line
   * without room is dropped and counted. Does nothing while the logging mode has no files or the settings
   * switch the agent's own log file off.
   */
  append(line: Uint8Array): void;
}

interface OpenFile {
  readonly base: string;
  readonly file: LogFile;
  readonly writer: LineWriter;
  /** When the oldest waiting line arrived; while none waits, when the last one that waited arrived. */
  sinceMs: number;
}

const pruneEveryMs = 60_000;
const probeEveryMs = 5_000;
/** How long lines that are due wait for more, so that writes are few and large under load. */
const lingerMs = 10;
/** Container names remembered for each file; further ones are looked up by file name each time. */
const namesPerFile = 4;

/** Writes lines to files, one for each container. */
export class LogFiles implements Destination {
  /** Name in the table of logging modes and in metric labels. */
  readonly name = "file";
  /** Counts of the lines, by outcome. */
  readonly book: Book;
  /** What it holds now. */
  readonly backlog: Backlog = { bytes: 0, lines: 0 };
  readonly #options: LogFilesOptions;
  readonly #folder: LogFolder;
  readonly #former: FormerFiles;
  readonly #names = new NameTable<OpenFile>();
  readonly #files = new Map<string, OpenFile>();
  readonly #listed: LineWriter[] = [];
  readonly #pressure: BackPressure;
  readonly #maxBufferedBytes: number;
  #linger: Disposable | undefined;
  #overflow: OpenFile | undefined;
  #own: OpenFile | undefined;
  #ownBase: string | undefined;
  #isActive = false;
  #isProbeDue = false;
  #probedMs = -Infinity;
  #prunedMs: number;
  #background: Promise<void> = Promise.resolve();
  #isBusy = false;

  /** Opens nothing yet. */
  constructor(options: LogFilesOptions) {
    const { folder, owner, fileMode, folderMode, clock, openBook, pressure, telemetry } = options;
    this.#options = options;
    this.#former = new FormerFiles({
      folder,
      owner,
      isOpen: (base) => this.#all().some((open) => open.base === base),
      onFailure: (path, error) => telemetry.pruneFailed(path, error),
    });
    this.#folder = new LogFolder({ path: folder, fileMode, folderMode });
    this.#maxBufferedBytes = pressure.maxBufferedBytes;
    this.#pressure = new BackPressure({
      backlog: this.backlog,
      flushAll: () => this.flushAll(),
      onFailure: () => this.#probeSoon(),
    }, pressure);
    this.#prunedMs = clock.monotonic();
    this.book = openBook(() => this.backlog.lines);
  }

  /** Files of containers that are open now. */
  get openFiles(): number {
    return this.#files.size;
  }

  /** Takes a message for the file of its container. Returns the writer of the file unless the line was dropped. */
  write(view: LogMessageView): LineWriter | undefined {
    this.book.accepted++;
    const open = this.#names.find(view) ?? this.#openFor(view);
    const writer = open.writer;
    if (this.#pressure.isActive && !this.#pressure.admits(writer)) {
      this.book.drop("overflow");
      return undefined;
    }
    const buffer = writer.buffer;
    if (buffer.bytes === 0) open.sinceMs = this.#options.clock.monotonic();
    buffer.append(view);
    if (!writer.isListed && buffer.bytes >= writer.thresholdBytes) {
      writer.isListed = true;
      this.#listed.push(writer);
    }
    if (buffer.held + this.backlog.bytes >= this.#maxBufferedBytes) this.#pressure.filled(writer);
    return writer;
  }

  /** Takes a message, and writes the lines of its file soon. */
  writeWithReceipt(view: LogMessageView, receipt: Receipt): void {
    const writer = this.write(view);
    if (writer === undefined) return receipt.refuse("overflow");
    writer.addReceipt(receipt);
    this.#list(writer);
  }

  /** Reserves the file of a container for lines of the agent itself. To be called once, before the first message. */
  reserve(containerName: string, containerId: string): OwnLogFile {
    const encoder = new TextEncoder();
    const [name, id] = [containerName, containerId].map((text) => encoder.encode(text));
    const base = fileBase(this.#options.owner, name, id);
    this.#ownBase = base;
    return {
      append: (line) => {
        if (this.#isActive && this.#options.settings().hasOwnLog) this.#appendOwn(base, line);
      },
    };
  }

  /**
   * Starts writing full blocks. Smaller amounts that are due wait a moment for the next chunks: a write costs far
   * more than the bytes in it.
   */
  endOfChunk(): void {
    if (this.#listed.length === 0) return;
    for (const writer of this.#listed) if (writer.buffer.hasFullBlock) writer.poke();
    this.#linger ??= this.#options.clock.timer(lingerMs, () => this.#writeListed());
  }

  /** Applies changed limits to all open files, and the retention with the next tick. */
  configure(isActive: boolean): void {
    const { bufferBytes } = this.#options.settings();
    for (const { writer } of this.#all()) {
      writer.thresholdBytes = bufferBytes;
      writer.poke();
    }
    this.#prunedMs = -Infinity;
    if (isActive && !this.#isActive) this.#probeSoon();
    this.#isActive = isActive;
    if (isActive) return;
    this.#isProbeDue = false;
    this.#options.telemetry.forget(this.#folder.path);
    this.#pressure.releaseAll();
  }

  /** Writes what has waited long enough, closes idle files, deletes old backups, probes the folder. */
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
    if (this.#isBusy) return;
    const isPruneDue = now - this.#prunedMs >= pruneEveryMs;
    const isProbeDue = this.#isProbeDue && now - this.#probedMs >= probeEveryMs;
    if (!isPruneDue && !isProbeDue) return;
    this.#isBusy = true;
    this.#background = this.#maintain(isProbeDue, isPruneDue).finally(() => this.#isBusy = false);
  }

  /** Starts writing all lines that wait. */
  flushAll(): void {
    for (const { writer } of this.#all()) writer.flush();
  }

  /** Writes all lines that wait. */
  async flush(): Promise<void> {
    await Promise.all(this.#all().map(({ writer }) => writer.flushed()));
  }

  /**
   * Writes all lines until `signal` aborts, drops and counts the rest, and closes all files. Returns the number
   * of lines of applications that were lost; those of the agent itself are on its console.
   */
  async close(signal: AbortSignal): Promise<number> {
    const all = this.#all();
    this.#writeListed();
    const lost = await Promise.all(all.map(async (open) => {
      const lines = await open.writer.close(signal);
      return open === this.#own ? 0 : lines;
    }));
    using stop = aborted(signal);
    await Promise.race([this.#background, stop]);
    for (const open of all) this.#close(open);
    return lost.reduce((sum, lines) => sum + lines, 0);
  }

  async #maintain(isProbeDue: boolean, isPruneDue: boolean): Promise<void> {
    const now = this.#options.clock.monotonic();
    if (isProbeDue) {
      this.#probedMs = now;
      await this.#probe();
    }
    if (!isPruneDue) return;
    this.#prunedMs = now;
    for (const { file } of this.#all()) await file.prune();
    await this.#former.prune(this.#options.settings(), this.#options.clock.now());
  }

  /** Has the folder probed with the next tick. */
  #probeSoon(): void {
    this.#isProbeDue = true;
    this.#probedMs = -Infinity;
  }

  /** Finds out and reports whether the folder can be written; repeated every five seconds until it can. */
  async #probe(): Promise<void> {
    const { telemetry } = this.#options;
    const { path } = this.#folder;
    try {
      await this.#folder.probe();
      this.#isProbeDue = false;
      telemetry.written(path);
      this.#pressure.folderWorks();
    } catch (error) {
      telemetry.writeFailed(path, { status: "retry", reason: failureReason(error), cause: error });
    }
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
    const shared = [this.#overflow, this.#own].filter((open) => open !== undefined);
    return [...this.#files.values(), ...shared];
  }

  #openFor(view: LogMessageView): OpenFile {
    const name = view.buffer.subarray(view.nameStart, view.nameEnd);
    const id = view.buffer.subarray(view.idStart, view.idEnd);
    const { owner, maxFiles } = this.#options;
    let base = fileBase(owner, name, id);
    if (base === this.#ownBase) base = hashedBase(owner, name, id);
    let open = this.#files.get(base) ?? this.#overflowNamed(base);
    if (open === undefined) {
      if (!this.#hasRoom()) return this.#overflowing();
      open = this.#make(base);
      this.#files.set(base, open);
    }
    if (this.#names.size < namesPerFile * maxFiles) this.#names.add(view, open);
    return open;
  }

  #appendOwn(base: string, line: Uint8Array): void {
    this.book.accepted++;
    const open = this.#own ??= this.#make(base);
    const { buffer } = open.writer;
    if (buffer.held + this.backlog.bytes >= this.#maxBufferedBytes) {
      this.book.drop("overflow");
      return;
    }
    if (buffer.bytes === 0) open.sinceMs = this.#options.clock.monotonic();
    buffer.appendLine(line);
    if (buffer.bytes >= open.writer.thresholdBytes) this.#list(open.writer);
  }

  #list(writer: LineWriter): void {
    if (writer.isListed) return;
    writer.isListed = true;
    this.#listed.push(writer);
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
    // A container may really have that name: it then shares the writer.
    const open = this.#files.get(base) ?? (this.#overflow ??= this.#make(base));
    telemetry.overflowed(open.file.path, maxFiles);
    return open;
  }

  #overflowNamed(base: string): OpenFile | undefined {
    return this.#overflow?.base === base ? this.#overflow : undefined;
  }

  #make(base: string): OpenFile {
    const { settings, clock, telemetry } = this.#options;
    const file = new LogFile({
      folder: this.#folder,
      base,
      settings,
      clock,
      onTornLine: (path, bytes) => telemetry.tornLine(path, bytes),
      onPruneFailure: (path, error) => telemetry.pruneFailed(path, error),
    });
    const owner = { book: this.book, backlog: this.backlog, pressure: this.#pressure };
    const writer = createWriter(file.path, file, settings().bufferBytes, owner, this.#options);
    return { base, file, writer, sinceMs: clock.monotonic() };
  }

  #close(open: OpenFile): void {
    open.file.close();
    this.#pressure.release(open.writer);
    this.#options.telemetry.forget(open.file.path);
    this.#names.remove(open);
    if (open === this.#overflow) this.#overflow = undefined;
    else if (open === this.#own) this.#own = undefined;
    else this.#files.delete(open.base);
  }
}
