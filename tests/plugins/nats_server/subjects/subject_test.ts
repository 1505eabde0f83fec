import assert from "node:assert/strict";
import {
  hasWildcard,
  isLiteralSubject,
  isSubsetMatch,
  isValidSubject,
} from "../../../../plugins/nats_server/subjects/subject.ts";

Deno.test("isValidSubject() accepts exactly the subjects that can be subscribed to", () => {
  for (const subject of ["a", "a.b", "*", ">", "a.*", "a.>", "a*b", "a>b", "$x", "a-b_c"]) {
    assert.ok(isValidSubject(subject), subject);
  }
  for (const subject of ["", ".", "a.", ".a", "a..b", "a.>.b", "a b", "a\tb", "a\n"]) {
    assert.ok(!isValidSubject(subject), JSON.stringify(subject));
  }
});

Deno.test("isLiteralSubject() and hasWildcard() treat only whole tokens as wildcards", () => {
  for (const subject of ["a", "a*", "*a", "a.b>c"]) {
    assert.ok(isLiteralSubject(subject), subject);
    assert.ok(!hasWildcard(subject), subject);
  }
  for (const subject of ["*", ">", "a.*", "a.>", "*.b"]) {
    assert.ok(!isLiteralSubject(subject), subject);
    assert.ok(hasWildcard(subject), subject);
  }
});

Deno.test("isSubsetMatch() is true when the pattern matches all that the subject matches", () => {
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
