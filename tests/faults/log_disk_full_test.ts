/** A log folder on a file system of half a MiB that fills up in the middle of a block. Needs the right to mount. */
import assert from "node:assert/strict";
import { fixture, until } from "../cim/logs/_fixture.ts";
import { canMount, smallDisk } from "../_support/small_disk.ts";

Deno.test({
  name: "D-53 C2-40: a disk that fills up in the middle of a block costs no line and doubles none",
  ignore: !await canMount(),
  async fn() {
    const disk = await smallDisk("size=512k,nr_inodes=64");
    assert.ok(disk !== undefined);
    await using _disk = disk;
    await Deno.writeFile(`${disk.folder}/filler`, new Uint8Array(300_000));
    await using f = fixture({
      folder: disk.folder,
      maxBufferedBytes: 1_048_576,
      blockBytes: 65_536,
    });
    const lines = Array.from({ length: 4_000 }, (_, i) => `${i} ${"x".repeat(90)}`);
    for (const line of lines) f.send("amf", "c1", line);
    const flushed = f.route.flush();
    await until("the disk is full", () => f.route.telemetry.writeFailures > 0);
    const { book } = f.files;
    assert.ok(book.delivered > 0 && book.inFlight > 0, `${book.delivered} delivered`);
    assert.equal(book.unaccounted, 0);
    await Deno.remove(`${disk.folder}/filler`);
    await f.clock.advance(20_000);
    await flushed;
    assert.deepEqual(f.text("amf-0_ns1_amf-c1.log"), lines.map((line) => `${line}\n`).join(""));
    assert.deepEqual([book.delivered, book.unaccounted], [lines.length, 0]);
  },
});
