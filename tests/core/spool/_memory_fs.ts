/**
 * A file system in memory that can fail or end the process at any operation, and knows what a crash of the machine
 * leaves.
 *
 * @module
 */
import type {
  SpoolFile,
  SpoolFolderEntry,
  SpoolFs,
  SpoolLock,
  SpoolOpenMode,
} from "../../../core/spool/mod.ts";

interface Content {
  bytes: Uint8Array;
  /** What is on the disk itself. */
  synced: Uint8Array;
  /** Whether the name is on the disk itself. */
  isNameSynced: boolean;
}

/** What happens at an operation: undefined, an error to throw, or the end of the process. */
export type Fault = undefined | Error | "crash";

/** A file system in memory. */
export class MemoryFs implements SpoolFs {
  readonly files = new Map<string, Content>();
  readonly #folders = new Set<string>();
  readonly #locked = new Set<string>();
  /** Removed files whose removal is not on the disk itself. */
  readonly #removed = new Map<string, Content>();
  /** Operations so far that change something. */
  operations = 0;
  /** Called before each operation that changes something. */
  onOperation: (name: string, path: string, count: number) => Fault = () => undefined;
  readonly #crash = new AbortController();

  /** Aborts when the process ends. */
  get crashed(): AbortSignal {
    return this.#crash.signal;
  }

  /** Whether the process has ended. */
  get isCrashed(): boolean {
    return this.crashed.aborted;
  }

  /** The state after a crash of the process: everything that was written. */
  afterProcessCrash(): MemoryFs {
    const next = new MemoryFs();
    for (const folder of this.#folders) next.#folders.add(folder);
    for (const [path, { bytes }] of this.files) {
      next.files.set(path, { bytes: bytes.slice(), synced: bytes.slice(), isNameSynced: true });
    }
    return next;
  }

  /** The state after a crash of the machine: what was synced, and a random part of the rest. */
  afterPowerCut(random: () => number): MemoryFs {
    const next = new MemoryFs();
    for (const folder of this.#folders) next.#folders.add(folder);
    const all = [...this.files].filter(([, { isNameSynced }]) => isNameSynced || random() < 0.5);
    const back = [...this.#removed].filter(() => random() < 0.5);
    for (const [path, { bytes, synced }] of [...back, ...all]) {
      const length = random() < 0.5 ? synced.length : Math.min(
        bytes.length,
        synced.length + Math.floor(random() * (bytes.length - synced.length + 1)),
      );
      const left = new Uint8Array(Math.max(length, synced.length));
      if (random() < 0.5) left.set(bytes.subarray(0, left.length));
      left.set(synced);
      next.files.set(path, { bytes: left, synced: left.slice(), isNameSynced: true });
    }
    return next;
  }

  /** Bytes of all files. */
  get bytes(): number {
    return [...this.files.values()].reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  async makeFolder(path: string): Promise<void> {
    await this.operate("makeFolder", path);
    this.#folders.add(path);
  }

  async list(path: string): Promise<readonly SpoolFolderEntry[]> {
    await this.#turn();
    const inside = (name: string) =>
      name.startsWith(`${path}/`) && !name.slice(path.length + 1).includes("/");
    const nameOf = (name: string) => name.slice(path.length + 1);
    return [
      ...[...this.#folders].filter(inside).map((name) => ({ name: nameOf(name), isFolder: true })),
      ...[...this.files.keys()].filter(inside).map((name) => ({
        name: nameOf(name),
        isFolder: false,
      })),
    ];
  }

  async size(path: string): Promise<number | undefined> {
    await this.#turn();
    return this.files.get(path)?.bytes.length;
  }

  async open(path: string, mode: SpoolOpenMode): Promise<SpoolFile> {
    await this.#turn();
    const existing = this.files.get(path);
    if (mode === "read" && !existing) throw new Deno.errors.NotFound(path);
    if (mode === "create" && existing) throw new Deno.errors.AlreadyExists(path);
    if (existing) return new MemoryFile(this, path, existing);
    await this.operate("create", path);
    const content = { bytes: new Uint8Array(), synced: new Uint8Array(), isNameSynced: false };
    this.files.set(path, content);
    return new MemoryFile(this, path, content);
  }

  async rename(from: string, to: string): Promise<void> {
    await this.operate("rename", from);
    const content = this.files.get(from);
    if (!content) throw new Deno.errors.NotFound(from);
    this.files.delete(from);
    this.files.set(to, content);
  }

  async remove(path: string): Promise<void> {
    await this.operate("remove", path);
    const content = this.files.get(path);
    if (content?.isNameSynced) this.#removed.set(path, content);
    this.files.delete(path);
  }

  async syncFolder(path: string): Promise<void> {
    await this.operate("syncFolder", path);
    for (const [name, content] of this.files) {
      if (name.startsWith(`${path}/`)) content.isNameSynced = true;
    }
    for (const name of this.#removed.keys()) {
      if (name.startsWith(`${path}/`)) this.#removed.delete(name);
    }
  }

  async lock(path: string, owner: string): Promise<SpoolLock | string> {
    await this.#turn();
    if (this.#locked.has(path)) return owner;
    this.#locked.add(path);
    const bytes = new TextEncoder().encode(owner);
    this.files.set(path, { bytes, synced: bytes, isNameSynced: true });
    return { release: () => this.#locked.delete(path) };
  }

  async lockOwner(path: string): Promise<string | undefined> {
    await this.#turn();
    const content = this.files.get(path);
    return this.#locked.has(path) && content ? new TextDecoder().decode(content.bytes) : undefined;
  }

  /** Counts an operation and carries out its fault. */
  async operate(name: string, path: string, onCrash: () => void = () => {}): Promise<void> {
    await this.#turn();
    const fault = this.onOperation(name, path, ++this.operations);
    if (fault === undefined) return;
    if (fault !== "crash") throw fault;
    onCrash();
    this.#crash.abort();
    await this.#turn();
  }

  async #turn(): Promise<void> {
    await Promise.resolve();
    if (this.isCrashed) throw new Error("the process has ended");
  }
}

class MemoryFile implements SpoolFile {
  readonly #fs: MemoryFs;
  readonly #path: string;
  readonly #content: Content;
  #at = 0;

  constructor(fs: MemoryFs, path: string, content: Content) {
    this.#fs = fs;
    this.#path = path;
    this.#content = content;
  }

  async write(data: Uint8Array): Promise<number> {
    // A crash and a failure leave a part.
    const part = data.subarray(0, data.length >> 1);
    try {
      await this.#fs.operate("write", this.#path, () => this.#put(part));
    } catch (error) {
      if (!this.#fs.isCrashed) this.#put(part);
      throw error;
    }
    this.#put(data);
    return data.length;
  }

  async read(buffer: Uint8Array): Promise<number> {
    await Promise.resolve();
    const part = this.#content.bytes.subarray(this.#at, this.#at + buffer.length);
    buffer.set(part);
    this.#at += part.length;
    return part.length;
  }

  async seek(offset: number): Promise<void> {
    await Promise.resolve();
    this.#at = offset;
  }

  async truncate(size: number): Promise<void> {
    await this.#fs.operate("truncate", this.#path);
    const bytes = new Uint8Array(size);
    bytes.set(this.#content.bytes.subarray(0, size));
    this.#content.bytes = bytes;
  }

  async syncData(): Promise<void> {
    await this.#fs.operate("sync", this.#path);
    this.#content.synced = this.#content.bytes.slice();
  }

  close(): void {}

  #put(data: Uint8Array): void {
    const bytes = new Uint8Array(Math.max(this.#content.bytes.length, this.#at + data.length));
    bytes.set(this.#content.bytes);
    bytes.set(data, this.#at);
    this.#content.bytes = bytes;
    this.#at += data.length;
  }
}
