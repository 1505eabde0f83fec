import type { ErrorEntry } from "../../../core/mod.ts";
import { httpErrors } from "../errors.ts";
import type { ClientStream } from "./client_stream.ts";

/** Answer to a request for which there is no place. */
export const tooManyConnections: Uint8Array = answer(
  "503 Service Unavailable",
  httpErrors.connection_limit,
  "too many connections",
  "retry-after: 1\r\n",
);

/** Answer to a request in clear text on a port that requires TLS. */
export const tlsRequired: Uint8Array = answer(
  "400 Bad Request",
  httpErrors.tls_required,
  "this port requires TLS; use https",
);

/** Sends an answer in HTTP/1.1, as far as the socket accepts it at once, and ends the output. */
export async function refuse(client: ClientStream, bytes: Uint8Array): Promise<void> {
  try {
    await client.write(bytes);
    await client.closeWrite();
  } catch {
    // The client has closed already, so there is nothing to answer.
  }
}

function answer(status: string, { code }: ErrorEntry, error: string, header = ""): Uint8Array {
  const body = JSON.stringify({ error, code });
  return new TextEncoder().encode(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\nconnection: close\r\n${header}` +
      `content-length: ${body.length}\r\n\r\n${body}`,
  );
}
