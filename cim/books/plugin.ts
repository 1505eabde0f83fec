import { bookFile, Books, type BooksSnapshot, type BookStore } from "../../core/books/mod.ts";
import { definePlugin, type Logger, type Plugin, type Token, token } from "../../core/mod.ts";
import { type Paths, pathsToken } from "../paths/mod.ts";

/** Key under which the {@linkcode Books} of the agent are provided. */
export const booksToken: Token<Books> = token("books");

const saveEveryMs = 10_000;

/** The name is older than the books of other routes; it stays so that counters survive an update. */
const fileName = "log_books.json";

/**
 * Provides the books and saves them to `paths.data`, every ten seconds and when the agent stops. It closes
 * after every plugin that has a book. Books that cannot be loaded or saved never stop the agent, since only
 * counters are lost: it logs a warning, and the status is degraded while they cannot be saved.
 */
export function books(): Plugin {
  return definePlugin({
    name: "books",
    requires: [pathsToken],
    provides: [booksToken],
    async init({ get, provide, metrics, log }) {
      const { data } = get(pathsToken);
      const store = bookFile(`${data}/${fileName}`);
      const books = new Books(await load(store, log));
      metrics.add(...books.metrics("cim_route"));
      provide(booksToken, books);
      return { books, store, data };
    },
    afterInit(state, { tasks, clock, log, status }) {
      tasks.run("save books", async (signal) => {
        for await (const _ of clock.every(saveEveryMs, { signal })) {
          const isSaved = await save(state, log);
          if (isSaved) status.ok();
          else status.degraded("The books cannot be saved; a crash would lose their counters");
        }
      });
    },
    async close(state, { log }) {
      await save(state, log);
    },
  });
}

interface State {
  readonly books: Books;
  readonly store: BookStore;
  readonly data: Paths["data"];
}

async function load(store: BookStore, log: Logger): Promise<BooksSnapshot | undefined> {
  try {
    return await store.load();
  } catch (error) {
    log.warn("Cannot load the books of the previous run; starting with empty ones", { error });
    return undefined;
  }
}

async function save({ books, store, data }: State, log: Logger): Promise<boolean> {
  try {
    await Deno.mkdir(data, { recursive: true, mode: 0o700 });
    await store.save(books.snapshot());
    return true;
  } catch (error) {
    log.warn("Cannot save the books", { error });
    return false;
  }
}
