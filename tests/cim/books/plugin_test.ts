import assert from "node:assert/strict";
import { books, booksToken } from "../../../cim/books/mod.ts";
import { paths } from "../../../cim/paths/mod.ts";
import type { Books } from "../../../core/mod.ts";
import { type Harness, harness } from "../../../core/testing/mod.ts";
import { tempDir } from "../../_support/temp_dir.ts";
import { until } from "../../_support/until.ts";

interface Running extends AsyncDisposable {
  readonly harness: Harness;
  readonly books: Books;
}

async function start(data: string): Promise<Running> {
  const run = harness({ plugins: [paths(), books()], config: { paths: { data } } });
  await run.agent.start();
  return {
    harness: run,
    books: run.agent.get(booksToken),
    [Symbol.asyncDispose]: () => run[Symbol.asyncDispose](),
  };
}

Deno.test("books() keeps the counters of each route across a restart", async () => {
  using folder = tempDir();
  for (const delivered of [1, 2, 3]) {
    await using agent = await start(folder.join("data"));
    const book = agent.books.open("logs_file");
    book.accepted++;
    book.delivered++;
    assert.deepEqual([book.delivered, book.unaccounted], [delivered, 0]);
  }
});

Deno.test("books() saves every ten seconds, so that a crash loses little", async () => {
  using folder = tempDir();
  await using agent = await start(folder.join("data"));
  agent.books.open("logs_file").accepted = 5;
  await agent.harness.clock.advance(10_000);
  const path = folder.join("data", "log_books.json");
  await until("the books are saved", async () => {
    return JSON.parse(await Deno.readTextFile(path)).logs_file.accepted === 5;
  }, { retryErrors: true });
  assert.equal(Deno.statSync(path).mode! & 0o777, 0o600);
  assert.equal(Deno.statSync(folder.join("data")).mode! & 0o777, 0o700);
});

Deno.test("books() books what was in flight when the previous run was killed as lost", async () => {
  using folder = tempDir({ folders: ["data"] });
  const book = { accepted: 5, delivered: 3, spooled: 0, inFlight: 2, rejected: {}, dropped: {} };
  const text = JSON.stringify({ logs_file: book });
  await Deno.writeTextFile(folder.join("data", "log_books.json"), text);
  await using agent = await start(folder.join("data"));
  const { dropped, unaccounted } = agent.books.open("logs_file");
  assert.deepEqual([dropped.get("lost_in_crash"), unaccounted], [2, 0]);
});

Deno.test("books() starts with empty books when the file is damaged, and warns with its path", async () => {
  using folder = tempDir({ folders: ["data"] });
  await Deno.writeTextFile(folder.join("data", "log_books.json"), "not json");
  await using agent = await start(folder.join("data"));
  assert.equal(agent.books.open("logs_file").accepted, 0);
  const [warning] = agent.harness.logs.entries.filter(({ level }) => level === "warn");
  assert.match(warning.message, /^Cannot load the books of the previous run/);
  assert.match(`${warning.fields.error}`, /log_books\.json": not a book file; .*value_invalid/);
});

Deno.test("books() is degraded while its folder cannot be written, and recovers", async () => {
  using folder = tempDir();
  await Deno.writeTextFile(folder.join("data"), "a file where the folder should be");
  await using agent = await start(folder.join("data"));
  const state = () => agent.harness.agent.status.plugin("books")?.state;
  await agent.harness.clock.advance(10_000);
  await until("the status is degraded", () => state() === "degraded");
  const warnings = agent.harness.logs.messages("warn");
  assert.deepEqual(warnings.filter((text) => text.startsWith("Cannot")), [
    "Cannot load the books of the previous run; starting with empty ones",
    "Cannot save the books",
  ]);
  await Deno.remove(folder.join("data"));
  await agent.harness.clock.advance(10_000);
  await until("the status is ok", () => state() === "ok");
});
