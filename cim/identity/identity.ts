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

/** Place of the pod in the topology; an unknown member is empty. */
export type Tmaas = Readonly<Record<TmaasField, string>>;

/** Identity of this pod. An unknown member is empty. */
export interface Identity {
  /** Namespace of the pod. */
  readonly namespace: string;
  /** Name of the pod, not its UID. */
  readonly podName: string;
  /** UID of the pod. */
  readonly podUid: string;
  /** Node the pod runs on. */
  readonly node: string;
  /** Name of the service; when empty, configuration is not handled. */
  readonly microservice: string;
  /** Version of the service; `v0` when no source sets it. */
  readonly version: string;
  /** Topology; undefined when the annotation is missing or malformed. */
  readonly tmaas: Tmaas | undefined;
  /** Labels of the pod. */
  readonly labels: Readonly<Record<string, string>>;
  /** Annotations of the pod. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Value of `NF`: `nf` in the headers of events when the topology does not have `nfId`. */
  readonly nf: string;
  /** Prefix of the network function: the namespace, but `NF_PREFIX` when the topology is not known. */
  readonly nfPrefix: string;
  /** Value of `NF_TYPE`: `nfType` in the headers of events when the topology does not have it. */
  readonly nfType: string;
  /** Topology gateway, `host:port`. */
  readonly topogwFqdn: string;
  /** Text of the annotation `xgvela.com/mmaas`, which asks for aligned metrics. */
  readonly mmaas: string;
  /** Revision of the service's ConfigMap when the container started. */
  readonly msRevision: string;
  /** Revision of the NF-level ConfigMap when the container started. */
  readonly nfRevision: string;
  /** Id of the agent's own container. */
  readonly containerId: string;
}

/** The current identity, and a way to observe its changes. */
export interface LiveIdentity {
  /** The identity, frozen; replaced as a whole on a change. */
  readonly current: Identity;
  /** Calls `listener` after each change; it must not throw. Disposing of the result ends that. */
  onChange(listener: (now: Identity, before: Identity) => void): Disposable;
}

/** Key of {@linkcode LiveIdentity}. */
export const identityToken: Token<LiveIdentity> = token("identity", { providedBy: "identity()" });
