import assert from "node:assert/strict";
import { manualClock } from "../../../core/testing/mod.ts";
import type { Exposition } from "../../../plugins/prometheus/exposition.ts";
import { ScrapeCache } from "../../../plugins/prometheus/scrape_cache.ts";

Deno.test("ScrapeCache renders one at a time of each format, however long it takes", async () => {
  const clock = manualClock();
  const cache = new ScrapeCache(1_000, clock);
  const runs: PromiseWithResolvers<Exposition>[] = [];
  const render = () => {
    runs.push(Promise.withResolvers());
    return runs.at(-1)!.promise;
  };
  const first = cache.get("text", render);
  await clock.advance(5_000);
  assert.equal(cache.get("text", render), first);
  cache.get("openmetrics", render);
  assert.equal(runs.length, 2);
  runs[0].resolve({ contentType: "text/plain", body: new Uint8Array() });
  await first;
  await clock.advance(0);
  cache.get("text", render);
  assert.equal(runs.length, 3);
});

Deno.test("ScrapeCache renders again after a failure and the interval", async () => {
  const clock = manualClock();
  const cache = new ScrapeCache(1_000, clock);
  let runs = 0;
  const render = () => Promise.reject(new Error(`failure ${++runs}`));
  await assert.rejects(() => cache.get("text", render), /failure 1/);
  await clock.advance(1_000);
  await assert.rejects(() => cache.get("text", render), /failure 2/);
});
