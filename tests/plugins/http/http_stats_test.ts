import assert from "node:assert/strict";
import { HttpStats } from "../../../plugins/http/http_stats.ts";
import { sample } from "./_kit.ts";

Deno.test("HttpStats counts by route, method and class of status", () => {
  const stats = new HttpStats();
  stats.answered("GET", "/a", 204, 0.002);
  stats.answered("GET", "/a", 200, 0.002);
  stats.answered("BREW", undefined, 404, 20);
  const value = (labels: Record<string, string>) =>
    sample(stats.families(), "http_requests_total", labels);
  assert.equal(value({ method: "GET", route: "/a", status: "2xx" }), 2);
  assert.equal(value({ method: "other", route: "none", status: "4xx" }), 1);
});

Deno.test("HttpStats keeps its label sets bounded", () => {
  const stats = new HttpStats();
  for (let index = 0; index < 300; index++) stats.answered("GET", `/${index}`, 200, 0);
  const family = stats.families().find(({ name }) => name === "http_requests_total")!;
  const samples = [...family.collect() as Iterable<unknown>];
  assert.equal(samples.length, 257);
  assert.equal(sample(stats.families(), "http_requests_total", { route: "other" }), 44);
});
