import assert from "node:assert/strict";
import { StatusBoard } from "../../../core/mod.ts";
import { type OwnEvent, watchEtcdStart } from "../../../cim/events/mod.ts";
import { tempDir } from "../../_support/temp_dir.ts";
import { ownEvents } from "../_own_events.ts";
import { eventually, product } from "../_product.ts";

function setUp() {
  const board = new StatusBoard();
  const raised: OwnEvent[] = [];
  return { board, raised, watch: () => watchEtcdStart(board, (event) => raised.push(event)) };
}

Deno.test("watchEtcdStart() raises the event of the contract when the first attempt fails, once", () => {
  const { board, raised, watch } = setUp();
  const etcd = board.register("etcd");
  using _watching = watch();
  etcd.init("connecting");
  assert.deepEqual(raised, []);
  etcd.degraded("no answer");
  etcd.ok();
  etcd.degraded("again");
  assert.deepEqual(raised, [{
    name: "CimConnectEtcdFailure",
    managedObject: [["Description", "Connect Etcd Failure"], ["STATUS", "Failure"]],
    additionalInfo: [["Error", "no answer"]],
  }]);
});

Deno.test("watchEtcdStart() sees a failure that came before it", () => {
  const { board, raised, watch } = setUp();
  board.register("etcd").error("access denied");
  using _watching = watch();
  assert.equal(raised.length, 1);
});

Deno.test("watchEtcdStart() raises nothing when etcd answered first, is disabled, or after its end", () => {
  for (const first of ["ok", "disabled"] as const) {
    const { board, raised, watch } = setUp();
    const etcd = board.register("etcd");
    using _watching = watch();
    etcd[first]("");
    etcd.degraded("away");
    assert.deepEqual(raised, [], first);
  }
  const { board, raised, watch } = setUp();
  const etcd = board.register("etcd");
  watch()[Symbol.dispose]();
  etcd.degraded("away");
  assert.deepEqual(raised, []);
});

Deno.test("D-7 CimConnectEtcdFailure waits in the spool although neither etcd nor Kafka is there", async () => {
  using dir = tempDir();
  const folder = dir.path;
  {
    const env = { CIM_ETCD_ENDPOINTS: "127.0.0.1:1", CIM_ETCD_OPERATION_TIMEOUT: "200ms" };
    await using cim = await product({ folder, env });
    await eventually(() => cim.agent.status.plugin("etcd")?.state === "degraded");
    await cim.agent.stop({ budget: 2_000 });
  }
  const [event] = await ownEvents(folder);
  assert.equal(event.eventName, "CimConnectEtcdFailure");
  assert.match(event.additionalInfo![0].value, /etcd/);
  assert.deepEqual(event.sourceHeaders, {
    ...{ podId: "amf-0", microservice: "amf", nf: "", nfPrefix: "ns1", nfType: "" },
    svcVersion: "v1",
  });
});
