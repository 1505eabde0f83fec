/**
 * Calls to the application: POST over HTTP/1.1 or h2c to loopback, with an outcome that says how far the
 * request came, because what may be tried again depends on it.
 *
 * It does not retry, does not follow redirects and does not interpret answers: those who call know whether
 * a request may be sent twice. It speaks through `node:http` and `node:http2`, since `fetch` refuses a
 * number of ports between 5000 and 10000 and does not tell a refused connection from a broken one.
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
export type { AppOutcome } from "./outcome.ts";
export { appClient } from "./plugin.ts";
