/**
 * The upper bound for any reader of a NATS stream in Deno: reads into one buffer and discards it. Answers the
 * PING at the end of a stream, so that the usual sender works with it. Prints its port.
 *
 * @module
 */
const encoder = new TextEncoder();
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
await Deno.stdout.write(encoder.encode(`${listener.addr.port}\n`));
for await (const connection of listener) void discard(connection);

async function discard(connection: Deno.TcpConn): Promise<void> {
  await connection.write(encoder.encode('INFO {"max_payload":1048576}\r\n'));
  const buffer = new Uint8Array(131_072);
  const ping = encoder.encode("PING\r\n");
  for (;;) {
    const count = await connection.read(buffer);
    if (count === null) break;
    const end = buffer.subarray(Math.max(0, count - ping.length), count);
    if (end.length === ping.length && end.every((byte, i) => byte === ping[i])) {
      await connection.write(encoder.encode("PONG\r\n"));
    }
  }
  connection.close();
}
