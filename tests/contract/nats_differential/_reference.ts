/**
 * The real nats-server as a child process on a free port.
 *
 * @module
 */

/** A reference server that runs. */
export interface Reference extends AsyncDisposable {
  readonly port: number;
  /** Port of its monitoring; 0 when the configuration has none. */
  readonly monitorPort: number;
  /** Sends it a signal: SIGUSR2 begins lame duck mode, SIGHUP reads the configuration again. */
  signal(name: Deno.Signal): void;
  /** Replaces its configuration file. */
  configure(text: string): Promise<void>;
}

/** Path of the reference server's binary; `undefined`, which is told in one line, where there is none. */
export function referenceBinary(): string | undefined {
  const path = Deno.env.get("CIM_TEST_NATS_SERVER_BIN");
  if (path !== undefined) return path;
  const remedy = "nats-server: set CIM_TEST_NATS_SERVER_BIN";
  if (Deno.env.get("CIM_TEST_REQUIRE") === "all") throw new Error(`Missing ${remedy}`);
  // A test file has no logger; this one line says what was left out.
  // deno-lint-ignore no-console
  console.log(`left out, needs ${remedy}`);
  return undefined;
}

/**
 * Starts it with a configuration and waits until it listens.
 *
 * @throws {Error} When it ends before it listens; the message contains its output.
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
  const { promise, resolve, reject } = Promise.withResolvers<Ports>();
  const drained = readLog(child.stderr, resolve, reject);
  let isRunning = true;
  const ended = child.status.then(() => isRunning = false);
  const end = async () => {
    // In lame duck mode the server ends by itself.
    if (isRunning) child.kill("SIGKILL");
    await ended;
    await drained;
    await Deno.remove(folder, { recursive: true });
  };
  try {
    return {
      ...await promise,
      signal: (name) => child.kill(name),
      configure: (text) => Deno.writeTextFile(file, text),
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

interface Ports {
  readonly port: number;
  readonly monitorPort: number;
}

/** Reads the log to its end, so that the child never waits for us; tells the ports when they stand there. */
async function readLog(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  found: (ports: Ports) => void,
  failed: (error: Error) => void,
): Promise<void> {
  let log = "";
  let isListening = false;
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    if (isListening) continue;
    log += text;
    if (!log.includes("Server is ready")) continue;
    isListening = true;
    found({
      port: portIn(log, /Listening for client connections on [^\n]*:(\d+)/),
      monitorPort: portIn(log, /Starting http monitor on [^\n]*:(\d+)/),
    });
  }
  if (!isListening) failed(new Error(`Cannot start the reference server:\n${log}`));
}

function portIn(log: string, line: RegExp): number {
  return Number(line.exec(log)?.[1] ?? 0);
}
