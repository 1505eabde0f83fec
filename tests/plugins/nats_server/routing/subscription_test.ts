import assert from "node:assert/strict";
import type { Client } from "../../../../plugins/nats_server/routing/client.ts";
import { Subscription } from "../../../../plugins/nats_server/routing/subscription.ts";

Deno.test("Subscription.close() drops its client, so that a cached match does not keep the client in memory", () => {
  const subscription = new Subscription("a.b", null, "1", {} as Client, null);
  subscription.close();
  assert.equal(subscription.isClosed, true);
  assert.equal(subscription.client, null);
});
