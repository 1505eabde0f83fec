/**
 * An agent of your own as a whole program: two plugins, a configuration with units, metrics with labels, and
 * `runAgent` for arguments, signals and the exit code.
 *
 * Run: `deno run -A examples/own_agent/main.ts --set rest.port=8088`, then
 * `curl -X POST localhost:8088/pages?printer=laser` and `curl localhost:8088/metrics`. Ctrl-C stops it.
 * `--help` prints every configuration key.
 *
 * @module
 */
import {
  counter,
  definePlugin,
  duration,
  histogram,
  http,
  httpToken,
  type Plugin,
  prometheus,
  runAgent,
  type Token,
  token,
} from "../../mod.ts";

/** Prints pages. */
interface Printer {
  /** Resolves when the page is printed. */
  print(printer: string): Promise<void>;
}

const printerToken: Token<Printer> = token("printer", { providedBy: "printer()" });

/** Pretends to print, and counts what it does. */
function printer(): Plugin {
  return definePlugin({
    name: "printer",
    provides: [printerToken],
    config: { pageTimeMs: duration({ doc: "Time that one page takes.", default: "50ms" }) },
    init({ config, clock, signal, log, metrics, provide }) {
      const pages = counter("pages_total", "Pages printed.", { labels: ["printer"] });
      const times = histogram("page_seconds", "Time of one page.", [0.01, 0.1, 1]);
      metrics.add(pages, times);
      provide(printerToken, {
        async print(printer) {
          const begun = clock.monotonic();
          await clock.sleep(config.pageTimeMs, { signal });
          pages.add(1, { printer });
          times.observe((clock.monotonic() - begun) / 1_000);
          log.info("Page printed", { printer });
        },
      });
    },
  });
}

/** Offers the printer over REST. */
function printerRoutes(): Plugin {
  return definePlugin({
    name: "printer_routes",
    requires: [httpToken, printerToken],
    init({ name, get }) {
      const printer = get(printerToken);
      get(httpToken).route(name, {
        method: "POST",
        path: "/pages",
        async handler({ request }) {
          await printer.print(new URL(request.url).searchParams.get("printer") ?? "default");
          return new Response("printed\n");
        },
      });
    },
  });
}

if (import.meta.main) {
  const plugins = [http(), prometheus(), printer(), printerRoutes()];
  Deno.exit(await runAgent({ name: "print-agent", version: "1.0.0", plugins, stopTimeout: "5s" }));
}
