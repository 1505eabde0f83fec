/**
 * What an event says about where it comes from: the JSON object `sourceHeaders`, and the key of its Kafka record. Both
 * follow from the identity of the pod and are kept until it changes, so an event costs no call and no encoding of them.
 *
 * @module
 */
import { builtin } from "../../core/mod.ts";
import type { Identity, LiveIdentity } from "../identity/mod.ts";

/** Headers and key of the events of one identity. */
export interface EventOrigin {
  /** A complete JSON object. */
  readonly headers: Uint8Array;
  /** Key of the Kafka record. */
  readonly key: Uint8Array;
}

const encoder = new TextEncoder();

/** Headers and key for the current identity; events of the agent have those of the application's events. */
export class EventOrigins {
  readonly #identity: Pick<LiveIdentity, "current">;
  #encoded: Identity;
  #origin: EventOrigin;

  /** Encodes them for the current identity. */
  constructor(identity: Pick<LiveIdentity, "current">) {
    this.#identity = identity;
    this.#encoded = identity.current;
    this.#origin = originOf(identity.current);
  }

  /** For the events of now. */
  get current(): EventOrigin {
    const { current } = this.#identity;
    if (this.#encoded !== current) {
      this.#encoded = current;
      this.#origin = originOf(current);
    }
    return this.#origin;
  }
}

function originOf(identity: Identity): EventOrigin {
  const { nfType = "", xgvelaId = "", nfId = "" } = identity.tmaas ?? {};
  const key = builtin("node:crypto").createHash("md5").update(`${nfType}:${xgvelaId}:${nfId}`)
    .digest("hex");
  const headers = encoder.encode(JSON.stringify(headersOf(identity)));
  return { headers, key: encoder.encode(key) };
}

/** The members in their order; empty ones that the contract omits are undefined. */
function headersOf(identity: Identity): Record<string, string | undefined> {
  const { tmaas, labels } = identity;
  return {
    pod_uuid: identity.podUid || undefined,
    uhn: labels.uhn || undefined,
    cnfc_uuid: labels.cnfc_uuid || undefined,
    podId: identity.podName,
    microservice: identity.microservice,
    nf: tmaas?.nfId || identity.nf,
    nfPrefix: identity.nfPrefix,
    nfType: tmaas?.nfType || identity.nfType,
    svcVersion: identity.version,
    vendorId: tmaas?.vendorId || undefined,
    xgvelaId: tmaas?.xgvelaId || undefined,
    nfClass: tmaas?.nfClass || undefined,
    nfId: tmaas?.nfId || undefined,
    nfServiceId: tmaas?.nfServiceId || undefined,
    nfServiceType: tmaas?.nfServiceType || undefined,
  };
}
