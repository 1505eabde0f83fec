import { createAgent, describeError, hasCode } from "../../core/mod.ts";
import { cimPlugins, productSources } from "../assembly/mod.ts";
import { shutdownBudgetMs } from "../shutdown/mod.ts";
import type { ConfigOptions } from "./config_options.ts";
import { exitCode } from "./exit_code.ts";
import type { CliIo } from "./io.ts";
import { sourcesOptions } from "./sources_options.ts";
import { version } from "./version.ts";

/**
 * Runs the agent until it is told to stop or cannot go on. A stop while it starts is no failure.
 *
 * @throws {AgentError} Whatever kept the agent from starting, from going on, or from stopping in order.
 */
export async function runCommand(options: ConfigOptions, io: CliIo): Promise<number> {
  const plugins = cimPlugins();
  const sources = await productSources(plugins, sourcesOptions(options, io));
  const stopTimeoutMs = shutdownBudgetMs(sources);
  const agent = createAgent({ plugins, sources, name: "cim", version, stopTimeout: stopTimeoutMs });
  const onKill = () => {
    const { state, running } = agent;
    // In the order of closing: the first is the one that is waited for.
    const names = running.toReversed().join(", ");
    io.err(`cim: ended by a second signal while ${state}; still running: ${names}`);
  };
  const onStop = () => {
    agent.stop({ reason: String(io.stop.reason) }).catch(() => "told by `stopped`");
  };
  io.kill.addEventListener("abort", onKill, { once: true });
  try {
    await agent.start({ signal: io.stop });
    io.stop.addEventListener("abort", onStop, { once: true });
    if (io.stop.aborted) onStop();
    await agent.stopped;
    return exitCode.fine;
  } catch (error) {
    if (hasCode(error, "start_aborted") && !(error instanceof AggregateError)) {
      io.err(`cim: ${describeError(error)}`);
      return exitCode.fine;
    }
    throw error;
  } finally {
    io.stop.removeEventListener("abort", onStop);
    io.kill.removeEventListener("abort", onKill);
  }
}
