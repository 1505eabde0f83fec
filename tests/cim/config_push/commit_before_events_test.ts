import assert from "node:assert/strict";
import { buildEvent } from "../../_support/wire_messages.ts";
import { eventually, product } from "../_product.ts";

Deno.test("D-26 a verdict is committed although no event is delivered", async () => {
  await using it = await product({
    app(request, reply) {
      if (!request.url.endsWith("/updateConfig")) return new Response(null, { status: 409 });
      const event = buildEvent({ eventName: "AppConfigChanged", eventTime: 1n });
      // Undeliverable events before and after the reply, as during a Kafka outage.
      for (let i = 0; i < 1_000; i++) it.nats.publish("EVENT", event);
      const key = "change-set/ns1/amf/v1/ms/amf.json/5";
      reply({ "change-set-key": key, revision: "5", status: "success", remarks: "" });
      for (let i = 0; i < 1_000; i++) it.nats.publish("EVENT", event);
      return new Response();
    },
  });
  assert.equal((await it.register()).status, 200);
  await it.put("change-set/ns1/amf/v1/ms/amf.json/5", "[]");
  const committed = await eventually(() => it.get("commit-config/ns1/amf/v1/ms/amf-0"));
  assert.equal(committed, "5");
  // With the two of the agent about the verdict and its commit.
  const spooled = it.agent.metrics.families().find(({ name }) => name === "cim_route_spooled");
  await eventually(() => {
    const samples = [...spooled!.collect() as Iterable<{ labels: unknown; value: number }>];
    return samples.find(({ labels, value }) =>
      (labels as Record<string, string>).route === "events" && value === 2_002
    );
  });
});
