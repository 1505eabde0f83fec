import assert from "node:assert/strict";
import {
  hasWildcard,
  isLiteralSubject,
  isSubsetMatch,
  isValidSubject,
} from "../../../../plugins/nats_server/subjects/subject.ts";

Deno.test("isValidSubject() accepts what can be subscribed to and nothing else", () => {
  for (const subject of ["a", "a.b", "*", ">", "a.*", "a.>", "a*b", "a>b", "$x", "a-b_c"]) {
    assert.ok(isValidSubject(subject), subject);
  }
  for (const subject of ["", ".", "a.", ".a", "a..b", "a.>.b", "a b", "a\tb", "a\n"]) {
    assert.ok(!isValidSubject(subject), JSON.stringify(subject));
  }
});

Deno.test("isLiteralSubject() and hasWildcard() look at whole tokens", () => {
  for (const subject of ["a", "a*", "*a", "a.b>c"]) {
    assert.ok(isLiteralSubject(subject), subject);
    assert.ok(!hasWildcard(subject), subject);
  }
  for (const subject of ["*", ">", "a.*", "a.>", "*.b"]) {
    assert.ok(!isLiteralSubject(subject), subject);
    assert.ok(hasWildcard(subject), subject);
  }
});

Deno.test("isSubsetMatch() is true when everything of the one lies in the other", () => {
  for (
    const [subject, pattern] of [
      ["a", "a"],
      ["a", "*"],
      ["a", ">"],
      ["a.b", "a.*"],
      ["a.*", "a.*"],
      ["a.*", "a.>"],
      ["a.>", "a.>"],
      ["a.b.c", "a.>"],
    ]
  ) {
    assert.ok(isSubsetMatch(subject, pattern), `${subject} in ${pattern}`);
  }
  for (
    const [subject, pattern] of [
      ["a", "b"],
      ["a.>", "a.*"],
      ["a", "a.>"],
      ["*", "a"],
      ["a.b", "a"],
      ["a", "a.b"],
    ]
  ) {
    assert.ok(!isSubsetMatch(subject, pattern), `${subject} not in ${pattern}`);
  }
});
