import assert from "node:assert/strict";
import { ConfigError, nearest } from "../../../core/config/mod.ts";

Deno.test("ConfigError lists every problem on a line of its own", () => {
  const error = new ConfigError([
    { origin: "cim.yaml", path: "rest.port", message: "too large" },
    { origin: "--set", path: "a.b", message: "unknown key" },
  ]);
  assert.equal(
    error.message,
    "Cannot use the configuration, 2 problems:\n  cim.yaml: rest.port: too large\n" +
      "  --set: a.b: unknown key",
  );
  assert.equal(error.code, "config_invalid");
  assert.equal(error.retryable, false);
});

Deno.test("nearest() finds a similar key, and none when no key is similar", () => {
  const keys = ["port", "host", "max_payload"];
  assert.equal(nearest("prot", keys), "port");
  assert.equal(nearest("maxpayload", keys), "max_payload");
  assert.equal(nearest("port", keys), "port");
  assert.equal(nearest("banana", keys), undefined);
  assert.equal(nearest("x", []), undefined);
});
