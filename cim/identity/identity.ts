import { type Token, token } from "../../core/mod.ts";

/** A member of the annotation `xgvela.com/tmaas`. */
export type TmaasField =
  | "vendorId"
  | "xgvelaId"
  | "nfClass"
  | "nfType"
  | "nfId"
  | "nfServiceId"
  | "nfServiceType";

/** Every {@linkcode TmaasField}, in the order of the contract. */
export const tmaasFieldNames: readonly TmaasField[] = Object.freeze([
  "vendorId",
  "xgvelaId",
  "nfClass",
  "nfType",
  "nfId",
  "nfServiceId",
  "nfServiceType",
]);

/** Place in the topology; a member that is not known is empty. */
export type Tmaas = Readonly<Record<TmaasField, string>>;

/** Who this pod is. What is not known is empty. */
export interface Identity {
  /** Namespace of the pod. */
  readonly namespace: string;
  /** Name of the pod, not its UID. */
  readonly podName: string;
  /** UID of the pod. */
  readonly podUid: string;
  /** Node the pod runs on. */
  readonly node: string;
  /** Label `microSvcName`; empty disables configuration handling. */
  readonly microservice: string;
  /** Annotation `svcVersion`, `v0` when it is not known. */
  readonly version: string;
  /** Undefined when the annotation is missing or malformed. */
  readonly tmaas: Tmaas | undefined;
  /** Labels of the pod. */
  readonly labels: Readonly<Record<string, string>>;
  /** Value of `NF`: overrides `nfId` in the headers of the agent's own events. */
  readonly nf: string;
  /** Prefix of the network function: the namespace, but `NF_PREFIX` when the topology is not known. */
  readonly nfPrefix: string;
  /** Value of `NF_TYPE`: overrides `nfType` there. */
  readonly nfType: string;
  /** Annotation `topogw.fqdn`, `host:port`. */
  readonly topogwFqdn: string;
  /** Revision of the service's ConfigMap when the container started. */
  readonly msRevision: string;
  /** Revision of the NF-level ConfigMap when the container started. */
  readonly nfRevision: string;
  /** Id of the agent's own container. */
  readonly containerId: string;
}

/** The identity now, and notice of every change of it. */
export interface LiveIdentity {
  /** The identity, frozen; replaced as a whole on a change. */
  readonly current: Identity;
  /** Called after each change; must not throw. Disposing of the result ends it. */
  onChange(listener: (now: Identity, before: Identity) => void): Disposable;
}

/** Key of {@linkcode Identity}. */
export const identityToken: Token<LiveIdentity> = token("identity");
