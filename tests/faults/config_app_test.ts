import assert from "node:assert/strict";
import { eventually, type Product, product, type ProductOptions } from "../cim/_product.ts";

const key = (revision: number) => `change-set/ns1/amf/v1/ms/amf.json/${revision}`;
const commit = "commit-config/ns1/amf/v1/ms/amf-0";

type Push = { revision: string; reply: (status?: string) => void };

/** An agent with a registered application that handles pushes with `onPush`. */
async function withApp(
  onPush: (push: Push) => Response | Promise<Response>,
  env: ProductOptions["env"] = {},
): Promise<Product> {
  const cim = await product({
    env: { CIM_APP_REQUEST_TIMEOUT: "200ms", ...env },
    async app(request, reply) {
      if (!request.url.endsWith("/updateConfig")) return new Response(null, { status: 409 });
      const body = await request.json();
      return await onPush({
        revision: body.revision,
        reply: (status = "success") => reply({ ...body, status }),
      });
    },
  });
  const response = await cim.register();
  await response.body?.cancel();
  return cim;
}

function pushes({ calls }: Product): number {
  return calls.filter(({ path }) => path === "/updateConfig").length;
}

Deno.test("D-22 C2-30: an application that answers 500 and then 200 gets two requests", async () => {
  let calls = 0;
  await using cim = await withApp(({ reply }) => {
    if (++calls === 1) return new Response(null, { status: 500 });
    reply();
    return new Response();
  });
  await cim.put(key(5), "[]");
  assert.equal(await eventually(() => cim.get(commit)), "5");
  assert.equal(pushes(cim), 2);
});

Deno.test("D-23 C2-30: a request that hangs awaits its reply and is not sent again", async () => {
  const push = Promise.withResolvers<Push>();
  const end = Promise.withResolvers<Response>();
  await using cim = await withApp((received) => {
    push.resolve(received);
    return end.promise;
  });
  await cim.put(key(5), "[]");
  const { reply } = await push.promise;
  await eventually(async () => {
    const { changes } = await (await fetch(`${cim.url}/api/v1/config/changes`)).json();
    return changes[0].state === "pushed";
  });
  reply();
  assert.equal(await eventually(() => cim.get(commit)), "5");
  assert.equal(pushes(cim), 1);
  end.resolve(new Response());
});

Deno.test("D-23 C2-29: an application that comes back after refusing connections gets the change-set", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  await using cim = await withApp(() => new Response(), { CIM_APP_PORT: String(port) });
  await cim.put(key(5), "[]");
  await eventually(() => cim.logs.messages("warn").includes("Change-set not delivered; retrying"));
  const got = Promise.withResolvers<string>();
  await using _app = Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname !== "/updateConfig") return new Response(null, { status: 409 });
    got.resolve((await request.json()).revision);
    return new Response();
  });
  assert.equal(await got.promise, "5");
});

Deno.test("C2-30: a request is sent again when the application closes the connection", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const received: string[] = [];
  const accepting = (async () => {
    for await (const connection of listener) {
      const buffer = new Uint8Array(4_096);
      const size = await connection.read(buffer) ?? 0;
      const text = new TextDecoder().decode(buffer.subarray(0, size));
      const isPush = text.includes("/updateConfig");
      if (isPush) received.push(text);
      if (!isPush) {
        await connection.write(new TextEncoder().encode("HTTP/1.1 409 No\r\n\r\n"));
      }
      connection.close();
    }
  })();
  {
    const env = {
      CIM_APP_PORT: String(listener.addr.port),
      CIM_CONFIG_PUSH_RESUME_DELAY: "200ms",
    };
    await using cim = await product({ env });
    await (await cim.register()).body?.cancel();
    await cim.put(key(5), "[]");
    await eventually(() => received.length >= 2);
  }
  listener.close();
  await accepting;
});

Deno.test("a reply before the HTTP answer is committed at once", async () => {
  const end = Promise.withResolvers<Response>();
  await using cim = await withApp(({ reply }) => {
    reply();
    return end.promise;
  }, { CIM_APP_REQUEST_TIMEOUT: "10s" });
  await cim.put(key(5), "[]");
  assert.equal(await eventually(() => cim.get(commit)), "5");
  end.resolve(new Response(null, { status: 500 }));
  assert.equal(pushes(cim), 1);
});

Deno.test("two contradicting replies end with the failure", async () => {
  await using cim = await withApp(({ reply }) => {
    reply("success");
    reply("success");
    reply("failure");
    return new Response();
  });
  await cim.put(key(5), "[]");
  await eventually(async () => await cim.get(commit) === "-1");
});

Deno.test("D-21 replies in the wrong order leave the highest revision", async () => {
  const earlier: Push[] = [];
  await using cim = await withApp((push) => {
    earlier.push(push);
    if (push.revision === "4") push.reply("unused");
    else {
      push.reply();
      earlier[0].reply("success");
    }
    return new Response();
  });
  await cim.put(key(4), "[]");
  await eventually(async () => await cim.get(commit) === "-2");
  await cim.put(key(5), "[]");
  await eventually(async () => await cim.get(commit) === "5");
  assert.equal(pushes(cim), 2);
});

Deno.test("T12 an application that never replies leaves nothing committed", async () => {
  await using cim = await withApp(() => new Response());
  await cim.put(key(5), "[]", 1_000);
  await eventually(async () => {
    const { changes } = await (await fetch(`${cim.url}/api/v1/config/changes`)).json();
    return changes[0].state === "timed_out";
  });
  assert.equal(await cim.get(commit), undefined);
  const metrics = await (await fetch(`${cim.url}/metrics`)).text();
  assert.match(metrics, /^cim_config_unanswered_total 1$/m);
});

Deno.test("T6 an application that answers 404 fails the change-set at once", async () => {
  await using cim = await withApp(() => new Response(null, { status: 404 }));
  await cim.put(key(5), "[]");
  assert.equal(await eventually(() => cim.get(commit)), "-1");
  const { changes } = await (await fetch(`${cim.url}/api/v1/config/changes`)).json();
  assert.equal(changes[0].reason, "the application answered 404");
});

Deno.test("malformed replies between good ones change nothing", async () => {
  await using cim = await withApp(({ reply }) => {
    const garbage = ["", "{", "null", "[1]", '{"change-set-key":{}}', '"\\ud800"'];
    for (const text of garbage) cim.nats.publish("CONFIG", new TextEncoder().encode(text));
    cim.nats.publish("CONFIG", Uint8Array.of(0xff, 0xfe, 0x00));
    reply();
    return new Response();
  });
  await cim.put(key(5), "[]");
  assert.equal(await eventually(() => cim.get(commit)), "5");
});
