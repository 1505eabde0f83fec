import { bookFile, Books, type BooksSnapshot, type BookStore } from "../../core/books/mod.ts";
import {
  choice,
  definePlugin,
  describeError,
  duration,
  integer,
  type Logger,
  type Plugin,
  size,
  type Token,
  token,
} from "../../core/mod.ts";
import { busToken } from "../bus/mod.ts";
import { commonInfraToken } from "../common_infra/mod.ts";
import { identityToken } from "../identity/mod.ts";
import { type Paths, pathsToken } from "../paths/mod.ts";
import { cimSettingsToken } from "../settings/mod.ts";
import { LogRoute } from "./log_route.ts";
import { logMetrics } from "./metrics.ts";
import { routeSettings } from "./route_settings.ts";

/** Key under which the {@linkcode LogRoute} is provided. */
export const logRouteToken: Token<LogRoute> = token("log_route");

const saveBooksEveryMs = 10_000;

/**
 * The application's log. Subscribed to LOG before the NATS port opens, so that no early line is lost; the
 * books of the route survive a restart in `paths.data`.
 */
export function logs(): Plugin {
  return definePlugin({
    name: "logs",
    requires: [busToken, cimSettingsToken, commonInfraToken, identityToken, pathsToken],
    provides: [logRouteToken],
    config: {
      maxFiles: integer({
        doc: "Log files open at once; lines of further containers share one file.",
        default: 64,
        min: 1,
        max: 10_000,
      }),
      idleCloseMs: duration({
        doc: "Time after which a log file without new lines is closed.",
        default: 600_000,
        min: 1_000,
      }),
      maxBufferedBytes: size({
        doc: "Log lines kept in memory while they cannot be written; then `when_full` applies.",
        default: 8_388_608,
        min: 65_536,
        max: 1_073_741_824,
      }),
      whenFull: choice(["block", "drop_newest"], {
        doc: "Publishers wait, with all they send, or new lines are dropped and counted.",
        default: "block",
      }),
    },
    async init({ config, get, provide, metrics, log, status, clock, random }) {
      const owner = get(identityToken).current;
      const folders = get(pathsToken);
      const settings = get(cimSettingsToken);
      const store = bookFile(`${folders.data}/log_books.json`);
      const books = new Books(await loadBooks(store, log));
      const route = new LogRoute({
        folder: folders.logs,
        owner,
        settings: routeSettings(settings.current),
        log,
        isRaw: get(commonInfraToken).isRawLog,
        books,
        maxFiles: config.maxFiles,
        idleMs: config.idleCloseMs,
        maxBufferedBytes: config.maxBufferedBytes,
        whenFull: config.whenFull,
        onHealth: (reason) => reason === "" ? status.ok() : status.error(reason),
        clock,
        random,
      });
      const listener = settings.onChange((now) => route.configure(routeSettings(now)));
      const subscription = get(busToken).subscribe("LOG", {
        onMessage: ({ buffer, start, end }) => route.accept(buffer, start, end),
        onChunkEnd: () => route.endOfChunk(),
      });
      route.attach(subscription);
      metrics.add(...logMetrics(route, owner.podName), ...books.metrics());
      provide(logRouteToken, route);
      return { route, store, folders, subscription, listener };
    },
    afterInit({ route, store, folders }, { tasks, clock, log }) {
      tasks.run("log timers", (signal) => route.run(signal));
      tasks.run("log books", async (signal) => {
        for await (const _ of clock.every(saveBooksEveryMs, { signal })) {
          await saveBooks(store, route.books, folders, log);
        }
      });
    },
    async close({ route, store, folders, subscription, listener }, { signal, log }) {
      listener[Symbol.dispose]();
      subscription.unsubscribe();
      await route.close(signal);
      await saveBooks(store, route.books, folders, log);
    },
  });
}

async function loadBooks(store: BookStore, log: Logger): Promise<BooksSnapshot | undefined> {
  try {
    return await store.load();
  } catch (error) {
    log.warn(`${describeError(error)}; starting with empty books`);
    return undefined;
  }
}

async function saveBooks(
  store: BookStore,
  books: Books,
  { data }: Paths,
  log: Logger,
): Promise<void> {
  try {
    await Deno.mkdir(data, { recursive: true });
    await store.save(books.snapshot());
  } catch (error) {
    log.warn(`${describeError(error)}; the books would be lost in a crash`);
  }
}
