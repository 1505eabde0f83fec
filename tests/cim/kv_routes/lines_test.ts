import assert from "node:assert/strict";
import {
  readChangeLine,
  readEntryLine,
  showChange,
  showEntry,
} from "../../../cim/kv_routes/mod.ts";
import type { Entry } from "../../../core/mod.ts";

const entry = (value: Uint8Array): Entry => ({ key: "a", value, revision: 7, createRevision: 3 });

Deno.test("showEntry() writes UTF-8 text as text and everything else in base64", () => {
  assert.deepEqual(showEntry(entry(new TextEncoder().encode("ä\n"))), {
    key: "a",
    value: "ä\n",
    revision: 7,
    create_revision: 3,
  });
  assert.equal(showEntry(entry(new Uint8Array([0xff, 0xfe]))).base64, "//4=");
});

Deno.test("readEntryLine() restores the bytes of any value", () => {
  for (const bytes of [[], [0], [0xef, 0xbb, 0xbf, 0x61], [0xff, 0, 0x80], [0xc3, 0xa4]]) {
    const before = entry(new Uint8Array(bytes));
    assert.deepEqual(readEntryLine(JSON.parse(JSON.stringify(showEntry(before)))), before);
  }
});

Deno.test("readChangeLine() restores puts and deletes", () => {
  const put = { type: "put", entry: entry(new Uint8Array([1])) } as const;
  const gone = { type: "delete", key: "a", revision: 8 } as const;
  assert.deepEqual(readChangeLine(showChange(put)), put);
  assert.deepEqual(readChangeLine(showChange(gone)), gone);
});
