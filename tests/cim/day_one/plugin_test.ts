import assert from "node:assert/strict";
import { readSection, sourcesFrom } from "../../../core/mod.ts";
import { dayOne } from "../../../cim/day_one/mod.ts";
import { buildEvent } from "../../_support/wire_messages.ts";
import { eventually, product } from "../_product.ts";

Deno.test("dayOne() reports a rejected document until the application registers again", async () => {
  await using cim = await product({ app: () => new Response(null, { status: 400 }) });
  const status = () => cim.agent.status.plugin("day_one")!;
  assert.equal(status().state, "ok");
  await cim.put("config/ns1/amf", "{}");
  cim.nats.publish("EVENT", buildEvent({ eventName: "NotConfigured", eventTime: 1n }));
  await eventually(() => status().state === "error");
  assert.match(
    status().reason,
    /^Cannot deliver the first configuration: the application answered/,
  );
  await (await cim.register()).body?.cancel();
  assert.equal(status().state, "ok");
});

Deno.test("dayOne() is disabled and says why when names of the pod are unknown", async () => {
  await using cim = await product({ env: { CIM_IDENTITY_MICROSERVICE: "" } });
  const status = cim.agent.status.plugin("day_one")!;
  assert.equal(status.state, "disabled");
  assert.match(status.reason, /identity\.microservice not known/);
});

for (const section of ["config_push", "config_watch"]) {
  Deno.test(`dayOne() accepts its timeout as ${section}.day_one_timeout`, () => {
    const { config } = dayOne();
    const sources = sourcesFrom({ sets: [`${section}.day_one_timeout=7s`] });
    const { values, problems } = readSection("day_one", config, sources);
    assert.deepEqual(problems, []);
    assert.equal(values?.timeoutMs, 7_000);
  });
}
