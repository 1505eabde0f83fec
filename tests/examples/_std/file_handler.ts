/** As much of `@std/log`'s FileHandler as an example uses, for machines that do not reach JSR. */
export class FileHandler {
  readonly #options: { filename: string; formatter: (record: LogRecord) => string };

  constructor(
    _level: string,
    options: { filename: string; formatter: (record: LogRecord) => string },
  ) {
    this.#options = options;
  }

  setup(): void {
    Deno.writeTextFileSync(this.#options.filename, "");
  }

  handle(record: LogRecord): void {
    const line = `${this.#options.formatter(record)}\n`;
    Deno.writeTextFileSync(this.#options.filename, line, { append: true });
  }

  destroy(): void {}
}

interface LogRecord {
  readonly msg: string;
  readonly args: unknown[];
  readonly datetime: Date;
  readonly level: number;
  readonly levelName: string;
  readonly loggerName: string;
}
