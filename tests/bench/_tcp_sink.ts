/**
 * Counts lines of a TCP log sender as fast as it can: a process of its own. Prints its port; then, for each line of
 * standard input, the lines and the MiB that have arrived.
 *
 * @module
 */
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
const encoder = new TextEncoder();
let lines = 0;
let bytes = 0;
let lineBytes = 0;

async function accept(): Promise<void> {
  for await (const conn of listener) await read(conn);
}

async function read(conn: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(1_048_576);
  for (let count = await conn.read(buffer); count !== null; count = await conn.read(buffer)) {
    bytes += count;
    // All records of one run have the same length, which the first one shows.
    if (lineBytes === 0) lineBytes = buffer.subarray(0, count).indexOf(10) + 1;
    lines = lineBytes === 0 ? 0 : Math.floor(bytes / lineBytes);
  }
  conn.close();
}

const accepting = accept();
await Deno.stdout.write(encoder.encode(`${listener.addr.port}\n`));
const input = new Uint8Array(64);
while (await Deno.stdin.read(input) !== null) {
  await Deno.stdout.write(encoder.encode(`${lines}\n`));
}
listener.close();
await accepting;
