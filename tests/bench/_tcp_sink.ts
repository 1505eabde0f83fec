/**
 * Counts lines of a TCP log sender as fast as it can: a process of its own. Prints its port. Each line of standard input
 * is a command, `count`, `stop` (closes the port and all connections) or `listen`, and is answered with the number of
 * lines that have arrived.
 *
 * @module
 */
const encoder = new TextEncoder();
const open = new Set<Deno.TcpConn>();
let lines = 0;
let lineBytes = 0;
let listener = listen(0);
const { port } = listener.addr;

function listen(wanted: number): Deno.TcpListener {
  const opened = Deno.listen({ hostname: "127.0.0.1", port: wanted });
  void accept(opened);
  return opened;
}

async function accept(from: Deno.TcpListener): Promise<void> {
  for await (const conn of from) void read(conn);
}

/** Counts whole lines; the part of a line at the end of a connection is not counted. */
async function read(conn: Deno.TcpConn): Promise<void> {
  open.add(conn);
  const buffer = new Uint8Array(1_048_576);
  let bytes = 0;
  try {
    for (let count = await conn.read(buffer); count !== null; count = await conn.read(buffer)) {
      // All records of one run have the same length, which the first one shows.
      if (lineBytes === 0) lineBytes = buffer.subarray(0, count).indexOf(10) + 1;
      const before = Math.floor(bytes / lineBytes);
      bytes += count;
      lines += Math.floor(bytes / lineBytes) - before;
    }
  } catch (error) {
    // The sender reset the connection, or `stop` closed it during the read.
    const { BadResource, ConnectionReset, Interrupted } = Deno.errors;
    const expected = [BadResource, ConnectionReset, Interrupted];
    if (!expected.some((kind) => error instanceof kind)) throw error;
  } finally {
    if (open.delete(conn)) conn.close();
  }
}

function stop(): void {
  listener.close();
  for (const conn of open) conn.close();
  open.clear();
}

await Deno.stdout.write(encoder.encode(`${port}\n`));
const input = new Uint8Array(64);
for (
  let count = await Deno.stdin.read(input);
  count !== null;
  count = await Deno.stdin.read(input)
) {
  const command = new TextDecoder().decode(input.subarray(0, count)).trim();
  if (command === "stop") stop();
  if (command === "listen") listener = listen(port);
  await Deno.stdout.write(encoder.encode(`${lines}\n`));
}
stop();
