/**
 * The Kubernetes client as a plugin.
 *
 * @module
 */
import type { Clock } from "../../core/async/mod.ts";
import { AgentError, describeError } from "../../core/errors/mod.ts";
import { definePlugin, type Plugin, type Token, token } from "../../core/plugin/mod.ts";
import type { KubernetesApi } from "./api.ts";
import { kubernetesConfig } from "./config.ts";
import { CallHealth } from "./_call_health.ts";
import type { KubernetesClient } from "./kubernetes_client.ts";

/** Token of {@linkcode KubernetesApi}. */
export const kubernetesToken: Token<KubernetesApi> = token("kubernetes", {
  providedBy: "kubernetes()",
});

/**
 * Provides the Kubernetes API: with the service account inside a cluster, or with the kubeconfig that
 * `kubernetes.kubeconfig` names; elsewhere it is disabled and loads nothing. The start never waits for the API; the
 * status tells which calls fail and why. Requires no other plugin.
 *
 * @example
 * ```ts
 * import { createAgent, definePlugin } from "../../core/mod.ts";
 * import { kubernetes, kubernetesToken } from "./mod.ts";
 *
 * const census = definePlugin({
 *   name: "census",
 *   requires: [kubernetesToken],
 *   init() {},
 *   async afterInit(_state, { get, log, signal }) {
 *     const api = get(kubernetesToken);
 *     if (!api.isEnabled) return;
 *     const pods = await api.pods({ namespace: api.namespace }, { signal });
 *     log.info("Pods counted", { count: pods.length });
 *   },
 * });
 * await using agent = createAgent({ plugins: [kubernetes(), census] });
 * await agent.start();
 * ```
 */
export function kubernetes(): Plugin {
  return definePlugin({
    name: "kubernetes",
    provides: [kubernetesToken],
    config: kubernetesConfig,
    async init({ config, clock, random, metrics, provide, status, tasks }) {
      function disable(reason: string): undefined {
        provide(kubernetesToken, unavailable(reason));
        status.disabled(reason);
      }
      if (!config.enabled) return disable('"kubernetes.enabled" is false');
      if (config.kubeconfig === undefined && !config.serviceHost) {
        return disable('not in a cluster; set "kubernetes.kubeconfig" to use one');
      }
      const [{ findAccess }, { KubernetesClient }, { KubernetesStats }] = await Promise.all([
        import("./access.ts"),
        import("./kubernetes_client.ts"),
        import("./stats.ts"),
      ]);
      const access = await findAccess(config);
      if (typeof access === "string") return disable(access);
      const health = new CallHealth(status, clock);
      const stats = new KubernetesStats();
      const client = new KubernetesClient({
        ...config,
        access,
        clock,
        random,
        stats,
        onOutcome: (call, error) => health.report(call, error),
      });
      metrics.add(...stats.families);
      provide(kubernetesToken, client);
      status.init(`connecting to ${access.server}`);
      tasks.run("probe", (signal) => probe(client, config.probeIntervalMs, { clock, signal }));
      return client;
    },
    close: (client) => client?.[Symbol.dispose](),
  });
}

/** Asks for the version at once and then at each interval; the client reports the outcome. */
async function probe(
  client: KubernetesClient,
  intervalMs: number,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    try {
      await client.probe(signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof AgentError)) throw error;
    }
    await clock.sleep(intervalMs, { signal });
  }
}

function unavailable(reason: string): KubernetesApi {
  const refuse = (): Promise<never> =>
    Promise.reject(
      new AgentError("unavailable", `Cannot use Kubernetes: ${describeError(reason)}`),
    );
  return {
    isEnabled: false,
    namespace: "",
    pod: refuse,
    // deno-lint-ignore require-yield -- it has nothing to yield
    async *followPod() {
      await refuse();
    },
    pods: refuse,
    controllerOf: refuse,
    configMap: refuse,
    createConfigMap: refuse,
    clusterRole: refuse,
  };
}
