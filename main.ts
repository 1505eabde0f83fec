/**
 * The program. The first SIGTERM, SIGINT or SIGHUP requests an orderly stop of the running command, a second one, at
 * least a second later, ends the process at once. Only this file listens to signals and exits.
 *
 * The command line is imported after the signal handlers are installed: loading it takes most of the start, and a
 * signal must not be lost meanwhile.
 *
 * @module
 */
import { StopRequests } from "./core/signals/mod.ts";
import { isTlsFaultOfPeer, watchParent } from "./cim/process/mod.ts";

const stop = new AbortController();
const kill = new AbortController();
const requests = new StopRequests({
  now: () => performance.now(),
  onStop: (reason) => stop.abort(reason),
  onKill: (reason) => kill.abort(reason),
});
const exitAtOnce = () => Deno.exit(1);
kill.signal.addEventListener("abort", exitAtOnce);
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
  Deno.addSignalListener(signal, () => requests.add(signal));
}

// `deno task` does not pass on every end of its own; the tasks give this flag, so that no agent is left behind.
const args = Deno.args.filter((arg) => arg !== "--end-with-parent");
if (args.length < Deno.args.length) {
  watchParent({ parentId: () => Deno.ppid, onGone: () => stop.abort("the parent process ended") });
}

const { processIo, runCli } = await import("./cim/cli/mod.ts");
const io = processIo(stop.signal, kill.signal);
/** Exits after the last lines are written, at most half a second later. */
async function exit(code: number): Promise<never> {
  // The other listeners of the same signal may still have a line to write.
  await Promise.resolve();
  await io.flush("500ms");
  Deno.exit(code);
}
kill.signal.removeEventListener("abort", exitAtOnce);
kill.signal.addEventListener("abort", () => exit(1));
const failed = new AbortController();
for (const type of ["error", "unhandledrejection"] as const) {
  globalThis.addEventListener(type, (event) => {
    event.preventDefault();
    const error = event instanceof ErrorEvent
      ? event.error
      : (event as PromiseRejectionEvent).reason;
    if (isTlsFaultOfPeer(error)) return io.err(`cim: TLS connection failed: ${error.message}`);
    io.err(`cim: uncaught error: ${error instanceof Error ? error.stack : error}`);
    // The state of the program is unknown: what was accepted is written, then the process ends.
    failed.abort();
    if (!stop.signal.aborted) stop.abort("an uncaught error");
  });
}

const code = await runCli(args, io);
await exit(failed.signal.aborted ? 1 : code);
