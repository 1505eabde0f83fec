import assert from "node:assert/strict";
import { serviceLabelPlugin, serviceLabelToken } from "../../../plugins/service_label/mod.ts";
import { harness, type HarnessOptions } from "../../../core/testing/mod.ts";

async function labelOf(options: Omit<HarnessOptions, "plugins">) {
  await using kit = harness({ plugins: [serviceLabelPlugin()], envPrefix: "CIM_", ...options });
  await kit.agent.start();
  return { label: kit.agent.get(serviceLabelToken), warnings: kit.logs.messages("warn") };
}

Deno.test("serviceLabelPlugin() prefers the configured label, then MICROSERVICE_LABEL, then the host's", async () => {
  const env = { HOSTNAME: "host-1", MICROSERVICE_LABEL: "svc-1" };
  const config = { service_label: { label: "mine", root: "/x/" } };
  assert.equal(
    (await labelOf({ env: { ...env, CIM_SERVICE_LABEL_LABEL: "own" } })).label.name,
    "own",
  );
  assert.equal((await labelOf({ env })).label.name, "svc-1");
  assert.equal((await labelOf({ env: { HOSTNAME: "host-1" } })).label.name, "host-1");
  assert.equal((await labelOf({ config })).label.prefix, "/x/mine/");
});

Deno.test("D-SL-1 serviceLabelPlugin() uses a random label and warns when none is configured", async () => {
  const { label, warnings } = await labelOf({});
  assert.equal(label.name, "agent-80000000");
  assert.match(warnings.join(), /using a random one/);
});

Deno.test("D-SL-1 serviceLabelPlugin() fails and names the key when the label contains a slash", async () => {
  await assert.rejects(labelOf({ config: { service_label: { label: "a/b" } } }), {
    message: /service_label\.label/,
  });
});
