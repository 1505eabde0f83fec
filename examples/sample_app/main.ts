/**
 * Runs the sample application beside a running agent: `deno run -A examples/sample_app/main.ts`. The variables
 * `SAMPLE_...` of `settings.ts` set ports, container and number of lines. Ctrl-C or SIGTERM ends it.
 *
 * @module
 */
import { readSettings, runSampleApp } from "./mod.ts";

const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => interrupted.abort());
}
await runSampleApp(readSettings(Deno.env.toObject()), {
  signal: interrupted.signal,
  // The output of this program is for the person who runs it.
  // deno-lint-ignore no-console
  say: (line) => console.log(line),
});
Deno.exit(0);
