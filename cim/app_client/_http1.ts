import { request } from "node:http";
import type { ExchangeEvents, Target } from "./outcome.ts";

/** Sends one request over HTTP/1.1. */
export function openHttp1(
  { host, port, path }: Target,
  body: Uint8Array,
  events: ExchangeEvents,
): () => void {
  const call = request({
    host,
    port,
    path,
    method: "POST",
    agent: false,
    headers: { "content-type": "application/json", "content-length": body.length },
  });
  call.on("socket", (socket) => socket.on("connect", () => events.onConnect()));
  call.on("error", (error) => events.onFailure(error.message));
  call.on("response", (response) => {
    events.onStatus(response.statusCode ?? 0);
    response.on("data", (chunk: Uint8Array) => events.onBody(chunk));
    response.on("end", () => events.onEnd());
    response.on("error", (error) => events.onFailure(error.message));
  });
  call.end(body);
  return () => call.destroy();
}
