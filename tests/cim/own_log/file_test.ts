import assert from "node:assert/strict";
import { ownLogSink } from "../../../cim/own_log/mod.ts";
import { fixture } from "../logs/_fixture.ts";

Deno.test("ownLogSink() writes records to the file of container cim, as lines of text", async () => {
  await using f = await fixture();
  const sink = ownLogSink(f.files.reserve("cim", "c0"));
  const entry = { time: 0, level: "warn", logger: "etcd", message: "lost" } as const;
  sink({ ...entry, fields: { endpoint: "e:1" } });
  sink({ ...entry, message: "two\nlines", fields: {} });
  await f.route.flush();
  assert.equal(
    f.text("amf-0_ns1_cim-c0.log"),
    '1970-01-01T00:00:00.000Z WARN  etcd lost {"endpoint":"e:1"}\n' +
      "1970-01-01T00:00:00.000Z WARN  etcd two\\nlines\n",
  );
});
