/**
 * A TCP log collector as a process: `_log_collector.ts PORT FILE`. It appends whole lines to the file as soon as it
 * has read them, so that a SIGKILL loses only what it has not read. Prints "ready".
 *
 * @module
 */
const [port, path] = Deno.args;
const lineFeed = 0x0a;
const listener = Deno.listen({ hostname: "127.0.0.1", port: Number(port) });
using file = await Deno.open(path, { create: true, append: true });
await Deno.stdout.write(new TextEncoder().encode("ready\n"));
for await (const conn of listener) await collect(conn);

/** One connection after the other: the agent has only one. */
async function collect(conn: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(1_048_576);
  let rest = 0;
  try {
    for (;;) {
      const count = await conn.read(buffer.subarray(rest));
      if (count === null) break;
      const end = rest + count;
      const whole = buffer.subarray(0, end).lastIndexOf(lineFeed) + 1;
      for (let at = 0; at < whole;) at += file.writeSync(buffer.subarray(at, whole));
      buffer.copyWithin(0, whole, end);
      rest = end - whole;
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
  } finally {
    conn.close();
  }
}
