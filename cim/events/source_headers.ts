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

interface Origins {
  readonly identity: Identity;
  readonly app: EventOrigin;
  readonly own: EventOrigin;
}

const encoder = new TextEncoder();
const ownKey = encoder.encode("EVENT");

/** Headers and keys for the current identity. */
export class EventOrigins {
  readonly #identity: Pick<LiveIdentity, "current">;
  #origins: Origins;

  /** Encodes them for the current identity. */
  constructor(identity: Pick<LiveIdentity, "current">) {
    this.#identity = identity;
    this.#origins = originsOf(identity.current);
  }

  /** For an event of the application. */
  get app(): EventOrigin {
    return this.#current().app;
  }

  /** For an event of the agent itself. */
  get own(): EventOrigin {
    return this.#current().own;
  }

  #current(): Origins {
    const { current } = this.#identity;
    if (this.#origins.identity !== current) this.#origins = originsOf(current);
    return this.#origins;
  }
}

function originsOf(identity: Identity): Origins {
  const { nfType = "", xgvelaId = "", nfId = "" } = identity.tmaas ?? {};
  const key = builtin("node:crypto").createHash("md5").update(`${nfType}:${xgvelaId}:${nfId}`)
    .digest("hex");
  return {
    identity,
    app: { headers: encode(appHeaders(identity)), key: encoder.encode(key) },
    own: { headers: encode(ownHeaders(identity)), key: ownKey },
  };
}

/** The members of an application's event in their order; empty ones that the contract omits are undefined. */
function appHeaders(identity: Identity): Record<string, string | undefined> {
  const { tmaas, labels } = identity;
  return {
    pod_uuid: identity.podUid || undefined,
    uhn: labels.uhn || undefined,
    cnfc_uuid: labels.cnfc_uuid || undefined,
    podId: identity.podName,
    microservice: identity.microservice,
    nf: tmaas?.nfId ?? "",
    nfPrefix: identity.nfPrefix,
    nfType: tmaas?.nfType ?? "",
    svcVersion: identity.version,
    vendorId: tmaas?.vendorId || undefined,
    xgvelaId: tmaas?.xgvelaId || undefined,
    nfClass: tmaas?.nfClass || undefined,
    nfId: tmaas?.nfId || undefined,
    nfServiceId: tmaas?.nfServiceId || undefined,
    nfServiceType: tmaas?.nfServiceType || undefined,
  };
}

/** The members of an event of the agent in their order. */
function ownHeaders(identity: Identity): Record<string, string> {
  return {
    podId: identity.podName,
    microservice: identity.microservice,
    nf: identity.nf || (identity.tmaas?.nfId ?? ""),
    nfPrefix: identity.nfPrefix,
    nfType: identity.nfType || (identity.tmaas?.nfType ?? ""),
    svcVersion: identity.version,
  };
}

function encode(headers: Record<string, string | undefined>): Uint8Array {
  return encoder.encode(JSON.stringify(headers));
}
