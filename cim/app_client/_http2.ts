import { connect } from "node:http2";
import { Buffer } from "node:buffer";
import type { ExchangeEvents, Target } from "./outcome.ts";

/** Sends one request over cleartext HTTP/2 with prior knowledge. */
export function openHttp2(
  { host, port, path }: Target,
  body: Uint8Array,
  events: ExchangeEvents,
): () => void {
  const session = connect(`http://${host.includes(":") ? `[${host}]` : host}:${port}`);
  session.on("connect", () => events.onConnect());
  session.on("error", (error) => events.onFailure(error.message));
  const stream = session.request({
    ":method": "POST",
    ":path": path,
    "content-type": "application/json",
    "content-length": String(body.length),
  });
  stream.on("error", (error) => events.onFailure(error.message));
  stream.on("response", (headers) => events.onStatus(Number(headers[":status"])));
  stream.on("data", (chunk: Uint8Array) => events.onBody(chunk));
  stream.on("end", () => events.onEnd());
  stream.on("close", () => events.onFailure("the stream was closed"));
  stream.end(Buffer.from(body));
  return () => session.destroy();
}
