import { httpErrors } from "../errors.ts";

const body = JSON.stringify({
  error: "too many connections",
  code: httpErrors.connection_limit.code,
});
const bytes = new TextEncoder().encode(
  "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\nconnection: close\r\n" +
    `retry-after: 1\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
);

/** Answers 503 in HTTP/1.1, as far as the socket accepts it at once, and ends the output. */
export async function refuse(client: Deno.TcpConn): Promise<void> {
  try {
    await client.write(bytes);
    await client.closeWrite();
  } catch {
    // The client has closed already, so there is nothing to answer.
  }
}
