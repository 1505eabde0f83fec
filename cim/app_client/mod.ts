/**
 * Calls to the application: POST over HTTP/1.1 or h2c to loopback. The outcome says how far the request came,
 * because that decides whether it may be sent again.
 *
 * It does not retry, follow redirects or interpret answers: only the caller can tell whether a request may be
 * sent twice. It uses `node:http` and `node:http2`, because `fetch` refuses several ports between 5000 and 10000
 * and does not distinguish a refused connection from a broken one.
 *
 * @module
 */
export {
  type AppClient,
  AppClientStats,
  appClientToken,
  type AppPostOptions,
  createAppClient,
  type CreateAppClientOptions,
} from "./app_client.ts";
export { type AppOutcome, describeOutcome, isRetryableStatus } from "./outcome.ts";
export { appClient } from "./plugin.ts";
