import assert from "node:assert/strict";
import { tempDir } from "../_support/temp_dir.ts";
import { Tail } from "./_tail.ts";

Deno.test("Tail.read() gives each whole line once, also when a character or a line is appended in parts", async () => {
  using temp = tempDir();
  const path = temp.join("lines");
  const tail = new Tail(path);
  const lines: string[] = [];
  tail.read((line) => lines.push(line));
  const bytes = new TextEncoder().encode("one\ntwö\nthree\n");
  for (const part of [bytes.subarray(0, 7), bytes.subarray(7, 11), bytes.subarray(11)]) {
    await Deno.writeFile(path, part, { append: true, create: true });
    tail.read((line) => lines.push(line));
  }
  assert.deepEqual(lines, ["one", "twö", "three"]);
});
