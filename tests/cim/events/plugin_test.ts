import assert from "node:assert/strict";
import { recordsOf } from "../../../cim/cli/spool/records.ts";
import { eventsToken } from "../../../cim/events/mod.ts";
import { readSpool } from "../../../core/mod.ts";
import { tempDir } from "../../_support/temp_dir.ts";
import { buildEvent } from "../../_support/wire_messages.ts";
import { product } from "../_product.ts";

Deno.test("D-70 an event of the agent has the headers and the key of those of the application", async () => {
  using temp = tempDir();
  const tmaas = { nfType: "5gc", xgvelaId: "xgvela1", nfId: "nf1", vendorId: "mvnr" };
  {
    await using cim = await product({
      folder: temp.path,
      env: {
        // Nothing listens there, so that no event about the shutdown follows.
        CIM_APP_PORT: "1",
        CIM_IDENTITY_POD_UID: "uid-1",
        CIM_IDENTITY_TMAAS: JSON.stringify(tmaas),
        CIM_IDENTITY_LABELS: JSON.stringify({ uhn: "u", cnfc_uuid: "c" }),
        NF: "another",
      },
    });
    cim.nats.publish("EVENT", buildEvent({ eventName: "E", eventTime: 1n }));
    cim.agent.get(eventsToken).raise({ name: "CimCommitConfigSuccess" });
  }
  const decoder = new TextDecoder();
  const found = [];
  for await (const block of readSpool(`${temp.path}/data/spool`, "events")) {
    for (const { key, value } of recordsOf(block)) {
      const { eventName, sourceHeaders } = JSON.parse(decoder.decode(value));
      found.push({ eventName, key: decoder.decode(key), sourceHeaders });
    }
  }
  const [app, own] = found;
  assert.deepEqual(found.map(({ eventName }) => eventName), ["E", "CimCommitConfigSuccess"]);
  assert.equal(own.key, "18235915113c8c12a73a90f6d3297f74");
  assert.deepEqual([own.key, own.sourceHeaders], [app.key, app.sourceHeaders]);
  assert.deepEqual(
    [own.sourceHeaders.pod_uuid, own.sourceHeaders.uhn, own.sourceHeaders.nfId],
    ["uid-1", "u", "nf1"],
  );
});
