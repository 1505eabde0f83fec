/**
 * The reference server as a child process, where `CIM_TEST_NATS_SERVER_BIN` names it.
 *
 * @module
 */

/** Path of the reference server; undefined where there is none. */
export function referencePath(): string | undefined {
  const path = Deno.env.get("CIM_TEST_NATS_SERVER_BIN");
  if (path === undefined && Deno.env.get("CIM_TEST_REQUIRE") === "all") {
    throw new Error("CIM_TEST_NATS_SERVER_BIN is not set, and CIM_TEST_REQUIRE=all");
  }
  return path;
}

/** A running reference server. */
export interface Reference extends AsyncDisposable {
  readonly port: number;
  /** Port of its monitoring; 0 when the configuration has none. */
  readonly monitorPort: number;
}

/** Starts it with a configuration in its own format. */
export async function startReference(path: string, config: string): Promise<Reference> {
  const folder = await Deno.makeTempDir({ prefix: "nats_reference_" });
  const file = `${folder}/nats.conf`;
  await Deno.writeTextFile(file, config);
  const process = new Deno.Command(path, {
    args: ["-a", "127.0.0.1", "-p", "-1", "-c", file, "--ports_file_dir", folder],
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const stderr = process.stderr.text();
  const { port, monitorPort } = await readPorts(folder, process, stderr);
  return {
    port,
    monitorPort,
    async [Symbol.asyncDispose]() {
      process.kill("SIGKILL");
      await process.status;
      await stderr;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function readPorts(
  folder: string,
  process: Deno.ChildProcess,
  stderr: Promise<string>,
): Promise<{ port: number; monitorPort: number }> {
  const file = `${folder}/nats-server_${process.pid}.ports`;
  for (let tries = 0; tries < 500; tries++) {
    try {
      const ports: { nats: string[]; monitoring?: string[] } = JSON.parse(
        await Deno.readTextFile(file),
      );
      const portOf = (url: string | undefined) => url === undefined ? 0 : Number(new URL(url).port);
      return { port: portOf(ports.nats[0]), monitorPort: portOf(ports.monitoring?.[0]) };
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound || error instanceof SyntaxError)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  process.kill("SIGKILL");
  throw new Error(`The reference server did not start: ${await stderr}`);
}
