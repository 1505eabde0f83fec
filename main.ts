/**
 * The program: arguments in, exit code out. The first SIGTERM, SIGINT or SIGHUP asks whatever runs to
 * stop, the second ends the process at once. Only this file listens to signals and exits.
 *
 * @module
 */
import { processIo, runCli } from "./cim/cli/mod.ts";

const stop = new AbortController();
const kill = new AbortController();
const io = processIo(stop.signal, kill.signal);

for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
  Deno.addSignalListener(signal, () => {
    if (!stop.signal.aborted) return stop.abort(signal);
    kill.abort(signal);
    Deno.exit(1);
  });
}

// A peer that breaks TLS can raise an error outside of any promise; one connection must not end them all.
for (const type of ["error", "unhandledrejection"] as const) {
  globalThis.addEventListener(type, (event) => {
    event.preventDefault();
    const error = event instanceof ErrorEvent
      ? event.error
      : (event as PromiseRejectionEvent).reason;
    io.err(`Uncaught: ${error instanceof Error ? error.stack : error}`);
  });
}

Deno.exit(await runCli(Deno.args, io));
