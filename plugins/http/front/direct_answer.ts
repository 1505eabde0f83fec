/**
 * Answers one HTTP/1.1 request without the inner server. It is used when the server has no room for another
 * connection, or the inner server does not accept one, so that probes are answered in every case. Only requests
 * without a body are accepted, and the connection closes after the answer.
 *
 * @module
 */

const latin1 = new TextDecoder("latin1");
const encoder = new TextEncoder();

/** The GET or HEAD request that a complete head begins; undefined for anything else, such as HTTP/2. */
export function parseRequest(head: Uint8Array): Request | undefined {
  const text = latin1.decode(head);
  const [requestLine, ...lines] = text.slice(0, text.indexOf("\r\n\r\n")).split("\r\n");
  const [, method, path] = /^(GET|HEAD) (\/\S*) HTTP\/1\.[01]$/.exec(requestLine) ?? [];
  if (method === undefined) return undefined;
  const headers = new Headers();
  try {
    for (const line of lines) {
      const colon = line.indexOf(":");
      headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
    }
    return new Request(`http://${headers.get("host") ?? "localhost"}${path}`, { method, headers });
  } catch {
    // A header name, a header value or the host is not valid.
    return undefined;
  }
}

/** The bytes of an answer in HTTP/1.1, after which the connection closes. */
export async function answerBytes(response: Response, method: string): Promise<Uint8Array> {
  const body = new Uint8Array(await response.arrayBuffer());
  const headers = new Headers(response.headers);
  headers.set("content-length", `${body.length}`);
  headers.set("connection", "close");
  const lines = [...headers].map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const head = encoder.encode(
    `HTTP/1.1 ${response.status} ${reasons[response.status] ?? "Error"}\r\n${lines}\r\n`,
  );
  if (method === "HEAD") return head;
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  return bytes;
}

/** Reason phrases of the statuses that are sent here. */
const reasons: Readonly<Record<number, string>> = {
  200: "OK",
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  500: "Internal Server Error",
  503: "Service Unavailable",
};
