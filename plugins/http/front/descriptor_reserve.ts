/** Descriptors kept back, so that a probe can be accepted when the process has no other left. */
export class DescriptorReserve implements Disposable {
  readonly #size: number;
  readonly #files: Deno.FsFile[] = [];

  /** Opens up to `size` descriptors. */
  constructor(size: number) {
    this.#size = size;
    this.refill();
  }

  /** Gives one descriptor back to the process; false when none is left. */
  release(): boolean {
    const file = this.#files.pop();
    file?.close();
    return file !== undefined;
  }

  /** Takes what was released, as far as the process has descriptors. */
  refill(): void {
    try {
      while (this.#files.length < this.#size) this.#files.push(Deno.openSync(nullDevice));
    } catch {
      // Still none left; the next refill tries again.
    }
  }

  /** Gives all descriptors back. */
  [Symbol.dispose](): void {
    while (this.release());
  }
}

const nullDevice = Deno.build.os === "windows" ? "NUL" : "/dev/null";

/** Whether an error says that the process or the system has no descriptor left. */
export function isOutOfDescriptors(error: unknown): boolean {
  const code = (error as { code?: unknown } | undefined)?.code;
  // The error with which `Deno.serve` ends has no code.
  return code === "EMFILE" || code === "ENFILE" ||
    (error instanceof Deno.errors.Http && /\(os error 2[34]\)/.test(error.message));
}
