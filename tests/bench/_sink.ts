import { onCore } from "./_on_core.ts";

/** The counting collector as a process on core 1. */
export class Sink implements AsyncDisposable {
  readonly port: number;
  readonly #child: Deno.ChildProcess;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;

  private constructor(
    child: Deno.ChildProcess,
    reader: ReadableStreamDefaultReader<Uint8Array>,
    port: number,
  ) {
    this.#child = child;
    this.#reader = reader;
    this.#writer = child.stdin.getWriter();
    this.port = port;
  }

  static async start(): Promise<Sink> {
    const path = new URL("_tcp_sink.ts", import.meta.url).pathname;
    const { command, args } = onCore(1, {
      name: "sink",
      command: Deno.execPath(),
      args: ["run", "-A", path],
    });
    const child = new Deno.Command(command, {
      args: [...args],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.getReader();
    return new Sink(child, reader, Number(new TextDecoder().decode((await reader.read()).value)));
  }

  /** Waits until so many lines have arrived. */
  async reached(lines: number): Promise<void> {
    for (let seen = 0; seen < lines;) {
      seen = await this.lines();
      if (seen < lines) await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Lines that have arrived, repeated ones included. */
  lines(): Promise<number> {
    return this.#ask("count");
  }

  /** Closes the port and all connections. */
  async goAway(): Promise<void> {
    await this.#ask("stop");
  }

  /** Opens the same port again. */
  async comeBack(): Promise<void> {
    await this.#ask("listen");
  }

  /** Sends a command of one line; the answer is the number of lines. */
  async #ask(command: string): Promise<number> {
    await this.#writer.write(new TextEncoder().encode(`${command}\n`));
    const { value } = await this.#reader.read();
    return Number(new TextDecoder().decode(value));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close();
    await this.#reader.cancel();
    this.#child.kill("SIGKILL");
    await this.#child.status;
  }
}
