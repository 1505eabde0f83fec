import assert from "node:assert/strict";
import { definePlugin } from "../../../core/mod.ts";
import { IdentityHolder } from "../../../cim/identity/identity_holder.ts";
import { identityToken } from "../../../cim/identity/mod.ts";
import { httpToken } from "../../../plugins/http/mod.ts";
import { registrationToken } from "../../../cim/registration/mod.ts";
import { cimSettingsToken } from "../../../cim/settings/mod.ts";
import { type Product, product } from "../_product.ts";
import { tempDir } from "../../_support/temp_dir.ts";

const tmaas = {
  nfServiceType: "amf",
  vendorId: "mvnr",
  xgvelaId: "xgvela1",
  nfClass: "core",
  nfType: "5gc",
  nfId: "nf1",
  nfServiceId: "amf",
};

async function answer(cim: Product, body: unknown): Promise<[number, Record<string, unknown>]> {
  const response = await cim.register(body);
  return [response.status, await response.json()];
}

Deno.test("a registration is answered with the fields of the contract, in order", async () => {
  await using cim = await product({ env: { CIM_IDENTITY_TMAAS: JSON.stringify(tmaas) } });
  const response = await cim.register();
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "application/json");
  assert.equal(
    await response.text(),
    '{"status":"success","tmaas_fqdn":"topo-gw.ns1.svc.cluster.local:8080",' +
      '"apigw_rest_fqdn":"cmaas.ns1.svc.cluster.local:8008",' +
      '"apigw_rest_uri_prefix":"/restconf/tailf/query","apigw_auth_type":"Basic",' +
      '"apigw_username":"","apigw_password":"",' +
      '"topo_engine_fqdn":"tmaas.ns1.svc.cluster.local:8080","tmaas_annotations":' +
      '{"vendorId":"mvnr","xgvelaId":"xgvela1","nfClass":"core","nfType":"5gc","nfId":"nf1",' +
      '"nfServiceId":"amf","nfServiceType":"amf"}}',
  );
});

Deno.test("D-90 user and password come from the configuration", async () => {
  await using cim = await product({
    env: {
      CIM_REGISTRATION_APIGW_USERNAME: "env:GW_USER",
      CIM_REGISTRATION_APIGW_PASSWORD: "s3cret",
      GW_USER: "operator",
    },
  });
  const [, document] = await answer(cim, {});
  assert.equal(document.apigw_username, "operator");
  assert.equal(document.apigw_password, "s3cret");
});

Deno.test("D-96 the topology gateway of the identity is answered", async () => {
  await using cim = await product({ env: { CIM_IDENTITY_TOPOGW_FQDN: "topo:1" } });
  const [, document] = await answer(cim, {});
  assert.equal(document.tmaas_fqdn, "topo:1");
});

Deno.test("the content type does not matter", async () => {
  await using cim = await product();
  const response = await fetch(`${cim.url}/api/v1/_operations/xgvela/register`, {
    method: "POST",
    headers: { "content-type": "text/plain;charset=ISO-8859-1" },
    body: '{"container_name":"amf","container_id":null,"unknown":[1]}',
  });
  assert.equal((await response.json()).status, "success");
  assert.deepEqual(cim.agent.get(registrationToken).current, {
    containerName: "amf",
    containerId: "",
  });
});

Deno.test("other methods are answered with 405", async () => {
  await using cim = await product();
  const response = await fetch(`${cim.url}/api/v1/_operations/xgvela/register`);
  await response.body?.cancel();
  assert.equal(response.status, 405);
});

for (const body of ["", "null", "[]", "5", "{", '{"container_name":7}', '{"container_id":{}}']) {
  Deno.test(`a body ${body || "without content"} is answered with 400`, async () => {
    await using cim = await product();
    const [status, document] = await answer(cim, body);
    assert.equal(status, 400);
    assert.deepEqual(document, {
      status: "failure",
      tmaas_fqdn: "",
      err_msg: "Invalid request body.",
      apigw_rest_fqdn: "",
      apigw_rest_uri_prefix: "",
      apigw_auth_type: "",
      apigw_username: "",
      apigw_password: "",
      topo_engine_fqdn: "",
      tmaas_annotations: null,
    });
    assert.equal(cim.agent.get(registrationToken).current, undefined);
  });
}

Deno.test("a name beyond 1,024 characters is answered with 400", async () => {
  await using cim = await product();
  const [status, document] = await answer(cim, { container_name: "../".repeat(1_400) });
  assert.equal(status, 400);
  assert.match(String(document.err_msg), /container_name is longer than 1024 characters/);
});

Deno.test("CTR_FIELDS_MANDATORY makes name and id mandatory", async () => {
  await using cim = await product({ env: { CTR_FIELDS_MANDATORY: "true" } });
  for (
    const body of [{}, { container_name: "amf" }, { container_name: "amf", container_id: " " }]
  ) {
    const [status, document] = await answer(cim, body);
    assert.equal(status, 400);
    assert.equal(
      document.err_msg,
      "Invalid request body. Please provide mandatory fields container_name and container_id.",
    );
  }
  const [status] = await answer(cim, { container_name: "amf", container_id: "c1" });
  assert.equal(status, 200);
});

Deno.test("D-15 a registration is restored after a restart of the agent", async () => {
  using dir = tempDir();
  const folder = dir.path;
  {
    await using cim = await product({ folder });
    await answer(cim, { container_name: "amf", container_id: "c1" });
  }
  {
    await using cim = await product({ folder });
    assert.deepEqual(cim.agent.get(registrationToken).current, {
      containerName: "amf",
      containerId: "c1",
    });
  }
});

Deno.test("D-14 a failed step fails the registration and is not counted as one", async () => {
  await using cim = await product();
  const api = cim.agent.get(registrationToken);
  using failing = api.onRegister(() => {
    throw new Error("no room");
  });
  const [status, document] = await answer(cim, { container_name: "amf" });
  assert.equal(status, 500);
  assert.equal(document.status, "failure");
  assert.equal(document.err_msg, "no room");
  assert.equal(api.current, undefined);
  failing[Symbol.dispose]();
  const [next] = await answer(cim, { container_name: "amf" });
  assert.equal(next, 200);
});

Deno.test("concurrent registrations are handled one at a time", async () => {
  await using cim = await product();
  const order: string[] = [];
  using _listener = cim.agent.get(registrationToken).onRegister(async ({ containerName }) => {
    order.push(`begin ${containerName}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    order.push(`end ${containerName}`);
  });
  const both = ["a", "b"].map((container_name) => answer(cim, { container_name }));
  assert.deepEqual((await Promise.all(both)).map(([status]) => status), [200, 200]);
  assert.deepEqual(order.map((text) => text.split(" ")[0]), ["begin", "end", "begin", "end"]);
});

Deno.test("D-36 overrides are merged and effective at once", async () => {
  await using cim = await product();
  const [status] = await answer(cim, {
    container_name: "amf",
    lmaas: { flush_timeout: 5 },
    app_settings: { app_port: 8_080 },
  });
  assert.equal(status, 200);
  const { cimConfig } = cim.agent.get(cimSettingsToken).current;
  assert.equal(cimConfig.lmaas.flush_timeout, 5);
  assert.equal(cimConfig.lmaas.logging_mode, "FILE");
  assert.deepEqual(cimConfig.app_settings, { app_port: 8_080, http2_enabled: false });
});

Deno.test("D-36 overrides out of range are answered with 400 and change nothing", async () => {
  await using cim = await product();
  const [status, document] = await answer(cim, { lmaas: { flush_timeout: 4 } });
  assert.equal(status, 400);
  assert.match(
    String(document.err_msg),
    /\/cimConfig\/lmaas\/flush_timeout: must be at least 5, found 4/,
  );
  assert.equal(cim.agent.get(cimSettingsToken).current.cimConfig.lmaas.flush_timeout, 30);
  assert.equal(cim.agent.get(registrationToken).current, undefined);
});

Deno.test("overrides are ignored when cim.json is mounted", async () => {
  await using cim = await product({ mounted: "{}" });
  const [status] = await answer(cim, { lmaas: { flush_timeout: 5 } });
  assert.equal(status, 200);
  assert.equal(cim.agent.get(cimSettingsToken).current.cimConfig.lmaas.flush_timeout, 30);
});

Deno.test("D-93 the registration is served while the agent still starts", async () => {
  const seen: number[] = [];
  const early = definePlugin({
    name: "early",
    requires: [httpToken, registrationToken],
    init: ({ get }) => get(httpToken).port,
    async afterInit(port) {
      const url = `http://127.0.0.1:${port}/api/v1/_operations/xgvela/register`;
      const response = await fetch(url, { method: "POST", body: "{}" });
      await response.body?.cancel();
      seen.push(response.status);
    },
  });
  await using _cim = await product({ extra: [early] });
  assert.deepEqual(seen, [200]);
});

Deno.test("a refused registration is logged once at WARN with its code", async () => {
  await using cim = await product();
  await answer(cim, "{");
  await answer(cim, { lmaas: { flush_timeout: 4 } });
  const records = cim.logs.entries.filter(({ message }) => message.startsWith("Registration"));
  assert.deepEqual(records.map(({ level, message }) => [level, message]), [
    ["warn", "Registration refused"],
    ["warn", "Registration refused"],
  ]);
  const [first, second] = records.map(({ fields }) => JSON.stringify(fields));
  assert.match(first, /registration_invalid/);
  assert.match(second, /value_invalid/);
});

Deno.test("an answer contains the identity at the time of the request", async () => {
  await using cim = await product();
  const identity = cim.agent.get(identityToken);
  assert(identity instanceof IdentityHolder);
  identity.update({ ...identity.current, topogwFqdn: "topo:2" });
  const [, document] = await answer(cim, {});
  assert.equal(document.tmaas_fqdn, "topo:2");
});

for (const member of ["lmaas", "app_settings"]) {
  Deno.test(`a deeply nested ${member} is answered with 400`, async () => {
    await using cim = await product();
    for (const [open, close] of [["[", "]"], ['{"a":', "}"]]) {
      const deep = `${open.repeat(100_000)}1${close.repeat(100_000)}`;
      const [status, document] = await answer(cim, `{"${member}":${deep}}`);
      assert.equal(status, 400);
      assert.match(String(document.err_msg), /is nested more than 16 levels/);
    }
    assert.equal(cim.logs.messages("error").length, 0);
  });
}
