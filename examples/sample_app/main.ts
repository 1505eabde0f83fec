/**
 * Runs the sample application: `deno run -A examples/sample_app/main.ts`.
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
  // A program of its own writes to its own output.
  // deno-lint-ignore no-console
  say: (line) => console.log(line),
});
Deno.exit(0);
