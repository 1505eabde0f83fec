import assert from "node:assert/strict";
import { shippedFiles } from "../architecture/_source_tree.ts";
import { allErrors } from "./_readme.ts";

const files = shippedFiles();

Deno.test("every error code is unique, in snake_case and explained in whole sentences", () => {
  const codes = allErrors().map(({ code }) => code);
  assert.deepEqual(codes.filter((code, at) => codes.indexOf(code) !== at), []);
  for (const { code, meaning, remedy, status } of allErrors()) {
    assert.match(code, /^[a-z]+(_[a-z]+)*$/);
    assert(status >= 400 && status <= 599, code);
    for (const text of [meaning, remedy]) assert.match(text, /^[A-Z`].*\.$/s, `${code}: ${text}`);
  }
});

Deno.test("every error code is used, or says that it is retired", () => {
  const unused = allErrors()
    .filter(({ meaning }) => !meaning.includes("retired"))
    .map(({ code }) => code)
    .filter((code) =>
      !files.some((file) => file.code.includes(`"${code}"`) || file.code.includes(`Errors.${code}`))
    );
  assert.deepEqual(unused, []);
});

Deno.test("every declared error code is in the reference", () => {
  const listed = new Set(allErrors().map(({ code }) => code));
  const declared = files.filter(({ code }) => /= defineErrors\(/.test(code)).flatMap(({ code }) =>
    [...code.matchAll(/^ {2}(\w+): \{$/gm)].map(([, name]) => name)
  );
  assert(declared.length > 30);
  assert.deepEqual(declared.filter((code) => !listed.has(code)), []);
});
