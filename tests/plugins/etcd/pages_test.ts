import assert from "node:assert/strict";
import type { Pair, RangeRequest } from "../../../plugins/etcd/driver.ts";
import { Pages } from "../../../plugins/etcd/pages.ts";

const range = { key: new TextEncoder().encode("k"), end: new TextEncoder().encode("l") };

/** Pairs with values of these sizes. */
function pairs(sizes: readonly number[]): Pair[] {
  return sizes.map((size, at) => ({
    key: new TextEncoder().encode(`k${`${at}`.padStart(6, "0")}`),
    value: new Uint8Array(size),
    revision: 1,
    createRevision: 1,
    lease: "0",
  }));
}

const text = (key: Uint8Array) => new TextDecoder().decode(key);
const tooLarge = new Error("8 RESOURCE_EXHAUSTED: Received message larger than max (9 vs 4)");

/** Reads all pages of a server that refuses pages of more than 4 MiB, as the client does. */
function readAll(all: readonly Pair[], options: ConstructorParameters<typeof Pages>[1] = {}) {
  const pages = new Pages(range, options);
  const requests: RangeRequest[] = [];
  const sizes: number[] = [];
  const keys: string[] = [];
  while (!pages.isDone) {
    const { request } = pages;
    requests.push(request);
    const found = all.filter(({ key }) => text(key) >= text(request.key)).slice(0, request.limit);
    const size = found.reduce((sum, { value }) => sum + value.length, 0);
    if (request.isPage && size > 4 * 1024 * 1024) {
      pages.shrink(tooLarge);
      continue;
    }
    sizes.push(size);
    keys.push(...found.map(({ key }) => text(key)));
    pages.received({ revision: 7, pairs: found });
  }
  assert.deepEqual(keys, all.map(({ key }) => text(key)));
  return { requests, sizes };
}

Deno.test("Pages grows to the page size when entries are small", () => {
  const { requests } = readAll(pairs(Array(2_000).fill(100)));
  assert.deepEqual(requests.slice(0, 5).map(({ limit }) => limit), [2, 8, 32, 128, 500]);
  assert.deepEqual(requests.map(({ revision }) => revision).slice(0, 2), [undefined, 7]);
});

Deno.test("Pages keeps near pageBytes when entries are large", () => {
  const { sizes } = readAll(pairs(Array(60).fill(200_000)));
  assert(sizes.every((size) => size <= 1024 * 1024), `${sizes}`);
});

Deno.test("Pages requests fewer entries when small entries are followed by large ones", () => {
  const sizes = [...Array(900).fill(10), ...Array(60).fill(1_500_000), ...Array(5).fill(10)];
  const read = readAll(pairs(sizes));
  assert(read.sizes.every((size) => size <= 4 * 1024 * 1024), `${read.sizes}`);
});

Deno.test("Pages reads a single entry of any size", () => {
  const { sizes } = readAll(pairs([10_000_000, 10, 20_000_000]));
  assert.equal(sizes.reduce((sum, size) => sum + size), 30_000_010);
});

Deno.test("Pages honours pageSize, a past revision and keysOnly", () => {
  assert(readAll(pairs(Array(30).fill(1)), { pageSize: 3 }).requests.every((r) => r.limit! <= 3));
  const [first] = readAll(pairs([]), { revision: 5, keysOnly: true }).requests;
  assert.deepEqual([first.revision, first.limit], [5, 500]);
});

Deno.test("Pages throws an error that is not about the size", () => {
  const error = new Error("14 UNAVAILABLE: No connection established");
  assert.throws(() => new Pages(range, {}).shrink(error), error);
  const single = new Pages(range, { pageSize: 1 });
  assert.throws(() => single.shrink(tooLarge), tooLarge);
});
