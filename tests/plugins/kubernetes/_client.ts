import { systemClock } from "../../../core/async/mod.ts";
import type { Clock } from "../../../core/async/mod.ts";
import { findAccess } from "../../../plugins/kubernetes/access.ts";
import { KubernetesClient } from "../../../plugins/kubernetes/kubernetes_client.ts";
import { KubernetesStats } from "../../../plugins/kubernetes/stats.ts";
import type { FakeKubernetes } from "../../_support/fake_kubernetes.ts";

export interface TestClient extends Disposable {
  readonly client: KubernetesClient;
  /** Kinds of calls with the error of their last attempt, undefined after a success. */
  readonly outcomes: Map<string, unknown>;
}

/** A client with short limits, with the service account of the fake API. */
export async function clientOf(
  api: FakeKubernetes,
  options: {
    clock?: Clock;
    requestTimeoutMs?: number;
    retryTimeoutMs?: number;
    watchTimeoutMs?: number;
    pollIntervalMs?: number;
  } = {},
): Promise<TestClient> {
  const access = await findAccess({
    serviceHost: "127.0.0.1",
    servicePort: api.port,
    serviceAccount: api.account,
  });
  if (typeof access === "string") throw new Error(access);
  const outcomes = new Map<string, unknown>();
  const client = new KubernetesClient({
    requestTimeoutMs: 5_000,
    retryTimeoutMs: 10_000,
    watchTimeoutMs: 60_000,
    pollIntervalMs: 10,
    clock: systemClock,
    random: () => 0,
    ...options,
    access,
    stats: new KubernetesStats(),
    onOutcome: (call, error) => outcomes.set(call, error),
  });
  return { client, outcomes, [Symbol.dispose]: () => client[Symbol.dispose]() };
}
