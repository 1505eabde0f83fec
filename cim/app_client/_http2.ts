import { connect, constants } from "node:http2";
import { Buffer } from "node:buffer";
import type { ExchangeEvents, Target } from "./outcome.ts";

const { NGHTTP2_NO_ERROR, NGHTTP2_REFUSED_STREAM } = constants;

/** Sends one request over cleartext HTTP/2 with prior knowledge. */
export function openHttp2(
  { host, port, path }: Target,
  body: Uint8Array,
  events: ExchangeEvents,
): () => void {
  const session = connect(`http://${host.includes(":") ? `[${host}]` : host}:${port}`);
  let isConnected = false;
  let isHttp2 = false;
  let isEnded = false;

  /** Names the likely cause when a connection fails before the application has sent its settings. */
  function fail(reason: string) {
    const isWrongProtocol = isConnected && !isHttp2;
    events.onFailure(
      isWrongProtocol
        ? `no answer in HTTP/2 (${reason}); if the application speaks HTTP/1.1 only, set app_settings.http2_enabled to false`
        : reason,
    );
  }

  session.on("connect", () => {
    isConnected = true;
    events.onConnect();
  });
  session.on("remoteSettings", () => isHttp2 = true);
  session.on("error", (error) => fail(error.message));
  const stream = session.request({
    ":method": "POST",
    ":path": path,
    "content-type": "application/json",
    "content-length": String(body.length),
  });
  stream.on("response", (headers) => {
    isHttp2 = true;
    events.onStatus(Number(headers[":status"]));
  });
  stream.on("data", (chunk: Uint8Array) => events.onBody(chunk));
  // A reset ends the body too, so only the close says whether it is complete.
  stream.on("end", () => isEnded = true);
  stream.on("error", (error) => {
    if (stream.rstCode !== NGHTTP2_REFUSED_STREAM) fail(error.message);
  });
  stream.on("close", () => {
    if (stream.rstCode === NGHTTP2_REFUSED_STREAM) {
      events.onRefused("the application refused the stream");
    } else if (isEnded && stream.rstCode === NGHTTP2_NO_ERROR) events.onEnd();
    else fail("the stream was closed");
  });
  stream.end(Buffer.from(body));
  return () => session.destroy();
}
