/**
 * Records that a destination refused for good, in a file for an operator: one JSON object a line with the time,
 * the route, the reason, the cause and the original bytes in base64.
 *
 * Bound: a file that reaches half of the maximum is renamed to `<name>.old` and replaces the one before, so the
 * newest letters are kept. Letters that cannot be written are counted and logged once per failure.
 *
 * @module
 */
import {
  type Clock,
  describeError,
  findFileText,
  fromBase64,
  type Logger,
  toBase64,
} from "../../core/mod.ts";

/** One refused record. */
export interface DeadLetter {
  /** Name of the route, as in its book. */
  readonly route: string;
  /** Why it was refused, as counted in the book. */
  readonly reason: string;
  /** The original bytes. */
  readonly record: Uint8Array;
  /** The answer of the destination. */
  readonly cause?: unknown;
}

/** Options of {@linkcode DeadLetters}. */
export interface DeadLettersOptions {
  /** Path of the file; its folder must exist. */
  readonly path: string;
  /** Maximum bytes of both files together, above 0. A single larger letter is kept alone. */
  readonly maxBytes: number;
  /** Clock for the time of a letter. */
  readonly clock: Clock;
  /** Logger for letters that cannot be written. */
  readonly log: Logger;
}

/** Name of the file in `paths.data`. */
export const deadLettersName = "dead_letters.jsonl";

/** A letter as it is stored. */
export interface StoredDeadLetter {
  /** Path of the file that has it. */
  readonly path: string;
  /** Its line in the file, without the line feed. */
  readonly line: string;
  /** When it was refused, ISO 8601. */
  readonly time: string;
  /** Name of the route, as in its book. */
  readonly route: string;
  /** Why it was refused. */
  readonly reason: string;
  /** The answer of the destination, if it was known. */
  readonly cause: string | undefined;
  /** The original bytes. */
  readonly record: Uint8Array;
}

/** Stored letters, and the number of lines that are not letters, such as one that a crash has cut. */
export interface StoredDeadLetters {
  /** The letters, oldest first. */
  readonly letters: readonly StoredDeadLetter[];
  /** Lines that are not letters. */
  readonly damaged: number;
}

/**
 * Reads the letters of a file and of the one before it; none when there are no files.
 *
 * @throws Errors of the system when a file cannot be read.
 */
export async function readDeadLetters(path: string): Promise<StoredDeadLetters> {
  const letters: StoredDeadLetter[] = [];
  let damaged = 0;
  for (const file of [`${path}.old`, path]) {
    const text = await findFileText(file) ?? "";
    for (const line of text.split("\n").filter((line) => line !== "")) {
      const letter = parseLetter(file, line);
      if (letter) letters.push(letter);
      else damaged++;
    }
  }
  return { letters, damaged };
}

/**
 * Removes letters from their files; all other lines stay as they are. Nothing else may write the files meanwhile.
 *
 * @throws Errors of the system when a file cannot be read or replaced; the file is as before then.
 */
export async function removeDeadLetters(letters: readonly StoredDeadLetter[]): Promise<void> {
  for (const [path, removed] of Map.groupBy(letters, ({ path }) => path)) {
    const left = new Map<string, number>();
    for (const { line } of removed) left.set(line, (left.get(line) ?? 0) + 1);
    const kept = (await Deno.readTextFile(path)).split("\n").filter((line) => {
      const count = left.get(line) ?? 0;
      if (count > 0) left.set(line, count - 1);
      return count === 0;
    });
    await Deno.writeTextFile(`${path}.new`, kept.join("\n"), { mode: 0o600 });
    await Deno.rename(`${path}.new`, path);
  }
}

function parseLetter(path: string, line: string): StoredDeadLetter | undefined {
  try {
    const { time, route, reason, cause, record } = (JSON.parse(line) ?? {}) as Record<
      string,
      unknown
    >;
    const isLetter = [time, route, reason, record].every((text) => typeof text === "string");
    if (!isLetter || Number.isNaN(Date.parse(`${time}`))) return undefined;
    return {
      path,
      line,
      time: `${time}`,
      route: `${route}`,
      reason: `${reason}`,
      cause: cause === undefined ? undefined : `${cause}`,
      record: fromBase64(`${record}`),
    };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Letters that may wait to be written; more are counted as lost. */
const maxWaiting = 1_000;

/** Keeps refused records in a bounded file. */
export class DeadLetters {
  /** Letters written. */
  written = 0;
  /** Letters that could not be written. */
  lost = 0;
  readonly #options: DeadLettersOptions;
  #waiting = 0;
  #tail: Promise<void> = Promise.resolve();
  #isFailing = false;
  /** Whether the file is known to end with a whole line. */
  #isWhole = false;

  /** Writes nothing yet. */
  constructor(options: DeadLettersOptions) {
    this.#options = options;
  }

  /** Writes a letter in the background; the bytes are copied at once. */
  add({ route, reason, record, cause }: DeadLetter): void {
    if (this.#waiting >= maxWaiting) {
      this.lost++;
      return;
    }
    const line = JSON.stringify({
      time: new Date(this.#options.clock.now()).toISOString(),
      route,
      reason,
      cause: cause === undefined ? undefined : describeError(cause),
      record: toBase64(record),
    });
    this.#waiting++;
    this.#tail = this.#tail.then(() => this.#write(`${line}\n`));
  }

  /** Resolves when all letters were written or lost. */
  flush(): Promise<void> {
    return this.#tail;
  }

  /** Runs `work` with the path of the file when all letters before are written; new ones wait until it has ended. */
  exclusively<T>(work: (path: string) => Promise<T>): Promise<T> {
    const working = this.#tail.then(() => work(this.#options.path));
    // The work may end the file anywhere, and its failure is for its caller alone.
    const onEnd = () => {
      this.#isWhole = false;
    };
    this.#tail = working.then(onEnd, onEnd);
    return working;
  }

  async #write(line: string): Promise<void> {
    const { path, maxBytes, log } = this.#options;
    this.#waiting--;
    try {
      const size = await sizeOf(path);
      if (size > 0 && size + line.length > maxBytes / 2) await Deno.rename(path, `${path}.old`);
      // A crash may have cut the last line; the next letter must not become a part of it.
      const start = this.#isWhole || await endsWithLine(path) ? "" : "\n";
      this.#isWhole = false;
      await Deno.writeTextFile(path, start + line, { append: true, mode: 0o600 });
      this.#isWhole = true;
      this.written++;
      this.#isFailing = false;
    } catch (error) {
      this.lost++;
      if (this.#isFailing) return;
      this.#isFailing = true;
      log.error("Cannot write a dead letter; it is lost", { path, error });
    }
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

/** Whether the file is absent, empty or ends with a line feed. */
async function endsWithLine(path: string): Promise<boolean> {
  const size = await sizeOf(path);
  if (size === 0) return true;
  using file = await Deno.open(path);
  await file.seek(size - 1, Deno.SeekMode.Start);
  const last = new Uint8Array(1);
  await file.read(last);
  return last[0] === 0x0a;
}
