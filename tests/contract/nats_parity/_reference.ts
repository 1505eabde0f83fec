/**
 * The real nats-server as a child process on a free port.
 *
 * @module
 */

/** A reference server that runs. */
export interface Reference extends AsyncDisposable {
  readonly port: number;
  /** Sends it a signal: SIGUSR2 begins lame duck mode, SIGHUP reads the configuration again. */
  signal(name: Deno.Signal): void;
  /** Replaces its configuration file. */
  configure(text: string): Promise<void>;
}

/** Path of the reference server's binary, or `undefined` when this machine has none. */
export function referenceBinary(): string | undefined {
  return Deno.env.get("CIM_TEST_NATS_SERVER_BIN");
}

/**
 * Starts it with a configuration and waits until it listens.
 *
 * @throws {Error} When it ends before it listens; the message has what it printed.
 */
export async function startReference(binary: string, config: string): Promise<Reference> {
  const folder = await Deno.makeTempDir({ prefix: "nats_reference_" });
  const file = `${folder}/nats.conf`;
  await Deno.writeTextFile(file, config);
  const child = new Deno.Command(binary, {
    args: ["-a", "127.0.0.1", "-p", "-1", "-c", file],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const drained = readLog(child.stderr, resolve, reject);
  const end = async () => {
    child.kill("SIGKILL");
    await child.status;
    await drained;
    await Deno.remove(folder, { recursive: true });
  };
  try {
    return {
      port: await promise,
      signal: (name) => child.kill(name),
      configure: (text) => Deno.writeTextFile(file, text),
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Reads the log to its end, so that the child never waits for us; tells the port when it stands there. */
async function readLog(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  found: (port: number) => void,
  failed: (error: Error) => void,
): Promise<void> {
  let log = "";
  let isListening = false;
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    if (isListening) continue;
    log += text;
    const match = /Listening for client connections on [^\n]*:(\d+)/.exec(log);
    if (match === null || !log.includes("Server is ready")) continue;
    isListening = true;
    found(Number(match[1]));
  }
  if (!isListening) failed(new Error(`Cannot start the reference server:\n${log}`));
}
