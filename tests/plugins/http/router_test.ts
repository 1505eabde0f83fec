import assert from "node:assert/strict";
import { HttpProblem, type Method } from "../../../plugins/http/mod.ts";
import { Router } from "../../../plugins/http/router.ts";

const handler = () => new Response();

function routerOf(...paths: [Method, string][]): Router {
  const router = new Router();
  for (const [method, path] of paths) router.add("owner", { method, path, handler });
  return router;
}

/** The path that answers, with its parameters, or the kind of failure. */
function found(router: Router, method: string, pathname: string): unknown {
  const match = router.match(method, pathname);
  return match.kind === "found" ? [match.owned.path, match.params] : match.kind;
}

Deno.test("Router finds fixed paths, groups and rests, decoded", () => {
  const router = routerOf(["GET", "/a"], ["GET", "/kv/:key+"], ["GET", "/p/:name"]);
  assert.deepEqual(found(router, "GET", "/a"), ["/a", {}]);
  assert.deepEqual(found(router, "GET", "/kv/x/y%2Fz"), ["/kv/:key+", { key: "x/y/z" }]);
  assert.deepEqual(found(router, "GET", "/p/%C3%A4"), ["/p/:name", { name: "ä" }]);
  assert.equal(found(router, "GET", "/p/"), "unknown");
  assert.equal(found(router, "GET", "/A"), "unknown");
});

Deno.test("Router prefers a fixed path, then the longest fixed beginning", () => {
  const router = routerOf(
    ["GET", "/kv/:key+"],
    ["GET", "/kv/watch/:prefix+"],
    ["GET", "/kv/watch/all"],
  );
  assert.deepEqual(found(router, "GET", "/kv/watch/all"), ["/kv/watch/all", {}]);
  assert.deepEqual(found(router, "GET", "/kv/watch/a"), ["/kv/watch/:prefix+", { prefix: "a" }]);
  assert.deepEqual(found(router, "GET", "/kv/a"), ["/kv/:key+", { key: "a" }]);
});

Deno.test("Router falls back to a pattern when the fixed path has not the method", () => {
  const router = routerOf(["GET", "/kv/all"], ["DELETE", "/kv/:key"]);
  assert.deepEqual(found(router, "DELETE", "/kv/all"), ["/kv/:key", { key: "all" }]);
});

Deno.test("Router answers HEAD with the GET route", () => {
  assert.deepEqual(found(routerOf(["GET", "/a"]), "HEAD", "/a"), ["/a", {}]);
  assert.equal(found(routerOf(["POST", "/a"]), "HEAD", "/a"), "wrong_method");
});

Deno.test("Router lists the methods of all paths that match when none has the one asked for", () => {
  const router = routerOf(["GET", "/kv/all"], ["DELETE", "/kv/:key"]);
  assert.deepEqual(router.match("PATCH", "/kv/all"), {
    kind: "wrong_method",
    allow: "DELETE, GET, HEAD",
  });
});

Deno.test("Router refuses a member of a path that is not validly encoded", () => {
  const router = routerOf(["GET", "/p/:name"]);
  assert.throws(
    () => router.match("GET", "/p/%ff"),
    (error) => error instanceof HttpProblem && error.status === 400,
  );
});

Deno.test("add() names both owners when a route is taken, whatever its groups are called", () => {
  for (const [taken, path] of [["/a", "/a"], ["/p/:name", "/p/:other"]]) {
    const router = new Router();
    router.add("first", { method: "GET", path: taken, handler });
    assert.throws(() => router.add("second", { method: "GET", path, handler }), {
      name: "TypeError",
      message: `Cannot add route GET ${path} of second: first owns GET ${taken}`,
    });
    router.add("second", { method: "PUT", path, handler });
  }
});

Deno.test("add() refuses a path without a slash and one that is no pattern", () => {
  assert.throws(() => routerOf(["GET", "a"]), { message: /begins with a slash/ });
  assert.throws(() => routerOf(["GET", "/:"]), TypeError);
});

Deno.test("disposing of a route removes it, once, and not its successor", () => {
  const router = new Router();
  const first = router.add("first", { method: "GET", path: "/p/:name", handler });
  first[Symbol.dispose]();
  assert.equal(found(router, "GET", "/p/x"), "unknown");
  router.add("second", { method: "GET", path: "/p/:name", handler });
  first[Symbol.dispose]();
  assert.deepEqual(router.list(), [
    { owner: "second", method: "GET", path: "/p/:name", access: "loopback" },
  ]);
});
