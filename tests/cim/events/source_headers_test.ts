import assert from "node:assert/strict";
import { EventOrigins } from "../../../cim/events/mod.ts";
import { type Identity, IdentityHolder } from "../../../cim/identity/mod.ts";

/** The context of the golden vectors. */
export const identity: Identity = Object.freeze({
  namespace: "ns1",
  podName: "amf-0",
  podUid: "0b5f0c9e-7d1a-4c6e-9a51-2f1f6f0f3c11",
  node: "",
  microservice: "amf",
  version: "v1",
  tmaas: {
    vendorId: "mvnr",
    xgvelaId: "xgvela1",
    nfClass: "core",
    nfType: "5gc",
    nfId: "nf1",
    nfServiceId: "amf",
    nfServiceType: "amf",
  },
  labels: {},
  annotations: {},
  nf: "",
  nfPrefix: "ns1",
  nfType: "",
  topogwFqdn: "",
  mmaas: "",
  msRevision: "",
  nfRevision: "",
  containerId: "own",
});
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const wanted =
  '{"pod_uuid":"0b5f0c9e-7d1a-4c6e-9a51-2f1f6f0f3c11","podId":"amf-0","microservice":"amf","nf":"nf1",' +
  '"nfPrefix":"ns1","nfType":"5gc","svcVersion":"v1","vendorId":"mvnr","xgvelaId":"xgvela1","nfClass":"core",' +
  '"nfId":"nf1","nfServiceId":"amf","nfServiceType":"amf"}';

Deno.test("EventOrigins gives the headers and key of the golden vectors", () => {
  const { headers, key } = new EventOrigins({ current: identity }).current;
  assert.equal(text(headers), wanted);
  assert.equal(text(key), "18235915113c8c12a73a90f6d3297f74");
});

Deno.test("EventOrigins puts labels in their places and prefers the topology to NF and NF_TYPE", () => {
  const labels = { uhn: "u", cnfc_uuid: "c" };
  const origins = new EventOrigins({ current: { ...identity, labels, nf: "n", nfType: "t" } });
  assert(text(origins.current.headers).includes('c11","uhn":"u","cnfc_uuid":"c","podId"'));
  assert(text(origins.current.headers).includes('"nf":"nf1","nfPrefix":"ns1","nfType":"5gc"'));
});

Deno.test("D-8 EventOrigins uses NF and NF_TYPE when the topology is unknown", () => {
  const { headers } =
    new EventOrigins({ current: { ...identity, tmaas: undefined, nf: "n", nfType: "t" } }).current;
  assert(text(headers).includes('"nf":"n","nfPrefix":"ns1","nfType":"t"'));
});

Deno.test("EventOrigins omits what the contract omits when the topology is unknown", () => {
  const { current } = new EventOrigins({ current: { ...identity, tmaas: undefined, podUid: "" } });
  assert.equal(
    text(current.headers),
    '{"podId":"amf-0","microservice":"amf","nf":"","nfPrefix":"ns1","nfType":"","svcVersion":"v1"}',
  );
});

Deno.test("D-71 EventOrigins follows the identity, and encodes again only when it changes", () => {
  const holder = new IdentityHolder(identity);
  const origins = new EventOrigins(holder);
  const before = origins.current;
  assert.equal(origins.current, before);
  holder.update({ ...identity, podUid: "other" });
  assert(text(origins.current.headers).includes('"pod_uuid":"other"'));
});
