/**
 * Reads the lines that a process appends to a file.
 *
 * @module
 */
export class Tail {
  readonly #path: string;
  readonly #decoder = new TextDecoder();
  readonly #buffer = new Uint8Array(1_048_576);
  #offset = 0;
  #rest = "";

  /** Begins at the start of the file, which need not exist yet. */
  constructor(path: string) {
    this.#path = path;
  }

  /** Calls `onLine` with each whole line that was appended since the last call. */
  read(onLine: (line: string) => void): void {
    using file = openIfPresent(this.#path);
    if (file === undefined) return;
    file.seekSync(this.#offset, Deno.SeekMode.Start);
    for (;;) {
      const count = file.readSync(this.#buffer);
      if (count === null) return;
      this.#offset += count;
      const text = this.#decoder.decode(this.#buffer.subarray(0, count), { stream: true });
      const lines = (this.#rest + text).split("\n");
      this.#rest = lines.pop()!;
      lines.forEach(onLine);
    }
  }
}

function openIfPresent(path: string): Deno.FsFile | undefined {
  try {
    return Deno.openSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
