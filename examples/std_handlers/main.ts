/**
 * Handlers of the standard library in an agent: a `@std/log` handler receives the log, and the `@std/http` file
 * server answers a route.
 *
 * Run: `deno run -A --no-lock examples/std_handlers/main.ts --set rest.port=8088`, then
 * `curl localhost:8088/files/` and `cat std_handlers.log`. Ctrl-C stops it.
 *
 * It is the only code here that imports from JSR, which is not reachable from every network. Therefore it is excluded
 * in `deno.json` from the checks of the whole tree, and `tests/examples/std_handlers_test.ts` checks and runs it where
 * JSR answers.
 *
 * @module
 */
import { serveDir } from "jsr:@std/http@1.0.13/file-server";
import { FileHandler } from "jsr:@std/log@0.224.14/file-handler";
import { definePlugin, http, httpToken, LogRegistry, type Plugin, runAgent } from "../../mod.ts";

/** Serves the files of a folder below `/files/`. */
function files(folder: string): Plugin {
  return definePlugin({
    name: "files",
    requires: [httpToken],
    init({ name, get }) {
      get(httpToken).handle(name, {
        path: "/files/*",
        handler: (request) => serveDir(request, { fsRoot: folder, urlRoot: "files", quiet: true }),
      });
    },
  });
}

const handler = new FileHandler("INFO", {
  filename: "std_handlers.log",
  formatter: ({ datetime, levelName, loggerName, msg, args }) =>
    `${datetime.toISOString()} ${levelName} ${loggerName} ${msg} ${
      args.map((arg) => JSON.stringify(arg)).join(" ")
    }`,
});
handler.setup();
const exitCode = await runAgent({
  name: "std-handlers",
  plugins: [http(), files(import.meta.dirname ?? ".")],
  logs: new LogRegistry({ sinks: [handler] }),
});
handler.destroy();
Deno.exit(exitCode);
