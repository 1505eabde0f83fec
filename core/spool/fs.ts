/**
 * The file operations of a spool, injectable so that tests can make any of them fail.
 *
 * @module
 */
import { makePrivateFolder } from "../files/mod.ts";

/** An open file of a spool. All operations reject with the error of the system when they fail. */
export interface SpoolFile {
  /** Writes at the current position; returns the number of bytes written, which may be less than asked. */
  write(data: Uint8Array): Promise<number>;
  /** Reads at the current position into `buffer`; returns the number of bytes, 0 at the end of the file. */
  read(buffer: Uint8Array): Promise<number>;
  /** Moves the current position to `offset` bytes from the start. */
  seek(offset: number): Promise<void>;
  /** Sets the size of the file. */
  truncate(size: number): Promise<void>;
  /** Returns when the content of the file is on the disk. */
  syncData(): Promise<void>;
  /** Closes the file. */
  close(): void;
}

/** An entry of a folder. */
export interface SpoolFolderEntry {
  /** Name without the folder. */
  readonly name: string;
  /** Whether it is a folder. */
  readonly isFolder: boolean;
}

/** How a file is opened: `create` fails if it exists; `update` reads and writes, and creates it if necessary. */
export type SpoolOpenMode = "create" | "update" | "read";

/** The file operations of a spool. */
export interface SpoolFs {
  /** Creates a folder that only its owner may use, and missing parent folders. */
  makeFolder(path: string): Promise<void>;
  /** The entries of a folder; empty if it does not exist. */
  list(path: string): Promise<readonly SpoolFolderEntry[]>;
  /** Size of a file in bytes; undefined if it does not exist. */
  size(path: string): Promise<number | undefined>;
  /** Opens a regular file; a file that is created is readable and writable only by its owner. */
  open(path: string, mode: SpoolOpenMode): Promise<SpoolFile>;
  /** Renames a file. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file; does nothing if it does not exist. */
  remove(path: string): Promise<void>;
  /** Returns when the names in the folder are on the disk. */
  syncFolder(path: string): Promise<void>;
  /**
   * Locks a file of this process alone until the lock is released or the process ends, and writes `owner` into it.
   * Returns the content of the file when another process, or another lock of this process, has it.
   */
  lock(path: string, owner: string): Promise<SpoolLock | string>;
  /** The content of the file if it is locked; undefined if it is not, or does not exist. */
  lockOwner(path: string): Promise<string | undefined>;
}

/** A lock that is held. */
export interface SpoolLock {
  /** Releases the lock. */
  release(): void;
}

const fileMode = 0o600;

/** The file system of the machine. */
export const diskFs: SpoolFs = Object.freeze({
  async makeFolder(path: string) {
    await Promise.resolve();
    makePrivateFolder(path);
  },
  async list(path: string) {
    const entries: SpoolFolderEntry[] = [];
    try {
      for await (const { name, isDirectory } of Deno.readDir(path)) {
        entries.push({ name, isFolder: isDirectory });
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    return entries;
  },
  async size(path: string) {
    try {
      return (await Deno.stat(path)).size;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  },
  async open(path: string, mode: SpoolOpenMode) {
    if (mode !== "create") await refuseSpecialFile(path);
    return new DiskFile(await Deno.open(path, openOptions[mode]));
  },
  rename: (from: string, to: string) => Deno.rename(from, to),
  async remove(path: string) {
    try {
      await Deno.remove(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  },
  async syncFolder(path: string) {
    // Windows cannot open a folder, and does not need it.
    if (Deno.build.os === "windows") return;
    using folder = await Deno.open(path);
    await folder.sync();
  },
  async lock(path: string, owner: string) {
    const file = await Deno.open(path, openOptions.update);
    try {
      if (!await tryLock(file, true)) {
        file.close();
        return await readStart(path);
      }
      await file.truncate(0);
      await new DiskFile(file).write(new TextEncoder().encode(owner));
    } catch (error) {
      file.close();
      throw error;
    }
    return { release: () => file.close() };
  },
  async lockOwner(path: string) {
    try {
      using file = await Deno.open(path);
      // A shared lock: two readers do not take each other for owners.
      return await tryLock(file, false) ? undefined : await readStart(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  },
});

/** Opening a FIFO waits for its other end, and a device has no end. @throws {Error} When the path is one of them. */
async function refuseSpecialFile(path: string): Promise<void> {
  try {
    const { isFile, isDirectory } = await Deno.stat(path);
    if (!isFile && !isDirectory) {
      throw new Error(`${path} is not a regular file; move it out of the folder`);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Time in which a lock that is free is taken, in milliseconds, where the runtime cannot try. */
const lockPatienceMs = 500;

/** Locks the file unless another process has it locked. Older runtimes, such as Deno 2.4, can only wait for a lock. */
async function tryLock(file: Deno.FsFile, isExclusive: boolean): Promise<boolean> {
  const lockable: Pick<Deno.FsFile, "lock"> & Partial<Pick<Deno.FsFile, "tryLock">> = file;
  if (lockable.tryLock !== undefined) return await lockable.tryLock(isExclusive);
  const { promise: isLate, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(() => resolve(false), lockPatienceMs);
  try {
    return await Promise.race([lockable.lock(isExclusive).then(() => true), isLate]);
  } finally {
    clearTimeout(timer);
  }
}

/** Reads a small file. It is opened for that: a file that waits for a lock cannot be read meanwhile. */
async function readStart(path: string): Promise<string> {
  using file = await Deno.open(path);
  const content = new Uint8Array(64);
  const count = await file.read(content) ?? 0;
  return new TextDecoder().decode(content.subarray(0, count));
}

const openOptions: Readonly<Record<SpoolOpenMode, Deno.OpenOptions>> = Object.freeze({
  create: { read: true, write: true, createNew: true, mode: fileMode },
  update: { read: true, write: true, create: true, mode: fileMode },
  read: { read: true },
});

class DiskFile implements SpoolFile {
  readonly #file: Deno.FsFile;

  constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  write(data: Uint8Array): Promise<number> {
    return this.#file.write(data);
  }

  async read(buffer: Uint8Array): Promise<number> {
    return await this.#file.read(buffer) ?? 0;
  }

  async seek(offset: number): Promise<void> {
    await Promise.resolve();
    // Does not touch the disk, so it never waits; an asynchronous call would need a thread.
    this.#file.seekSync(offset, Deno.SeekMode.Start);
  }

  truncate(size: number): Promise<void> {
    return this.#file.truncate(size);
  }

  syncData(): Promise<void> {
    return this.#file.syncData();
  }

  close(): void {
    this.#file.close();
  }
}
