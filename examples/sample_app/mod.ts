/**
 * A sample application that runs as a process beside the agent: `deno run -A examples/sample_app/main.ts` while
 * an agent runs (`deno task start` in another terminal), or both at once with `deno task demo`.
 *
 * It uses NATS and HTTP only, as an application in any language does: it registers (and retries until that
 * succeeds), publishes log lines on `LOG` and events on `EVENT`, receives configuration patches on
 * `POST /updateConfig` and answers on `CONFIG`, receives its first configuration on `loadConfig`, and exits on
 * `shutdown`. It imports nothing of the agent but the NATS client and retry of the library.
 *
 * @module
 */
export { runSampleApp, type SampleAppOptions } from "./sample_app.ts";
export { readSettings, type SampleSettings } from "./settings.ts";
export { encodeLogMessage } from "./wire_format.ts";
