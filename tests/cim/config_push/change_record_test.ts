import assert from "node:assert/strict";
import { describeChange } from "../../../cim/config_push/change_record.ts";

Deno.test("describeChange() hides secrets in the reason of a record that an earlier version stored", () => {
  const shown = describeChange({
    key: "change-set/ns1/amf/v1/ms/amf.json/5",
    level: "ms",
    dataKey: "amf.json",
    revision: 5,
    state: "failed",
    reason: "No answer of postgres://u:s3cret@h/",
    attempts: 1,
    seenAt: 0,
  });
  assert.equal(shown.reason, "No answer of postgres://[redacted]@h/");
  assert.equal(shown.seenAt, "1970-01-01T00:00:00.000Z");
});
