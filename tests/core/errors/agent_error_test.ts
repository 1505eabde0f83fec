import { storeErrors } from "../../../core/keyvalue/mod.ts";
import assert from "node:assert/strict";
import {
  AgentError,
  coreErrors,
  describeError,
  hasCode,
  isAbort,
} from "../../../core/errors/mod.ts";

Deno.test("AgentError is retryable as in the catalogue unless the options say otherwise", () => {
  assert.equal(new AgentError(storeErrors.store_unreachable, "no answer").retryable, true);
  assert.equal(new AgentError(storeErrors.store_denied, "no").retryable, false);
  assert.equal(new AgentError(storeErrors.store_denied, "no", { retryable: true }).retryable, true);
});

Deno.test("AgentError has a cause only when one is given", () => {
  const cause = new Error("reset");
  assert.equal(new AgentError("closed", "gone", { cause }).cause, cause);
  assert(!("cause" in new AgentError("closed", "gone")));
  assert.equal(new AgentError("closed", "gone").name, "AgentError");
});

Deno.test("every entry of the catalogue has a meaning and a remedy in whole sentences", () => {
  for (const [code, { meaning, remedy }] of Object.entries(coreErrors)) {
    assert.match(code, /^[a-z]+(_[a-z]+)*$/);
    for (const text of [meaning, remedy]) assert.match(text, /^[A-Z`].*\.$/s, `${code}: ${text}`);
  }
});

Deno.test("the catalogue cannot be changed", () => {
  assert(Object.isFrozen(coreErrors));
  for (const entry of Object.values(coreErrors)) assert(Object.isFrozen(entry));
});

Deno.test("hasCode() looks at the error and its causes", () => {
  const inner = new AgentError(storeErrors.store_denied, "no");
  const outer = new Error("wrapped", {
    cause: new AgentError("unavailable", "x", { cause: inner }),
  });
  assert(hasCode(outer, "store_denied"));
  assert(hasCode(outer, "unavailable"));
  assert(!hasCode(outer, "closed"));
  assert(!hasCode(undefined, "closed"));
});

Deno.test("isAbort() distinguishes the abort of a signal from a failure", () => {
  const controller = new AbortController();
  controller.abort();
  assert(isAbort(controller.signal.reason));
  assert(!isAbort(new Error("AbortError")));
  assert(!isAbort(new DOMException("late", "TimeoutError")));
});

Deno.test("describeError() joins the messages of the causes, each once", () => {
  const cause = new Error("connection refused");
  const error = new AgentError(storeErrors.store_unreachable, "Cannot read: connection refused", {
    cause,
  });
  assert.equal(describeError(error), "Cannot read: connection refused");
  assert.equal(describeError(new Error("outer", { cause: new Error("inner") })), "outer: inner");
});

Deno.test("describeError() accepts any value that can be thrown", () => {
  assert.equal(describeError("text"), "text");
  assert.equal(describeError(42), "42");
  assert.equal(describeError(new TypeError()), "TypeError");
  assert.equal(describeError(new Error("outer", { cause: "text" })), "outer: text");
});

Deno.test("describeError() ends when the causes form a cycle", () => {
  const a = new Error("a");
  const b = new Error("b", { cause: a });
  a.cause = b;
  assert.equal(describeError(a), "a: b");
});
