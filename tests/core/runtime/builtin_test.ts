import assert from "node:assert/strict";
import * as crypto from "node:crypto";
import { builtin } from "../../../core/mod.ts";

Deno.test("builtin() returns the module that an import would", () => {
  assert.equal(builtin("node:crypto").createHash, crypto.createHash);
});
