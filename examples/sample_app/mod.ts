/**
 * A sample application beside the agent, as a process of its own. It does what an application of the
 * platform does and speaks only NATS and HTTP: it registers until that succeeds, publishes its lines on
 * `LOG` and what happens to it on `EVENT`, takes configuration patches on `POST /updateConfig` and answers
 * on `CONFIG`, takes its first configuration on `loadConfig` and ends on `shutdown`. It knows nothing of
 * the agent's inside; only the builder of the wire format is taken from there, where a real application
 * has code generated from the schema.
 *
 * @module
 */
export { runSampleApp, type SampleAppOptions } from "./sample_app.ts";
export { readSettings, type SampleSettings } from "./settings.ts";
