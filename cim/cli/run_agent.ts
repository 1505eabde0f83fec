import { createAgent, hasCode } from "../../core/mod.ts";
import { cimPlugins, productSources } from "../assembly/mod.ts";
import { shutdownBudgetMs } from "../shutdown/mod.ts";
import { type ConfigOptions, sourcesOptions } from "./config_options.ts";
import { exitCode, failureText } from "./exit_code.ts";
import type { CliIo } from "./io.ts";
import { version } from "./version.ts";

/**
 * Runs the agent until `io.stop` aborts or a fatal error stops it. A stop during the start is a success.
 *
 * @throws {AgentError} The error that prevented the start, ended the agent, or occurred while it stopped.
 */
export async function runAgent(options: ConfigOptions, io: CliIo): Promise<number> {
  const plugins = cimPlugins({ console: io.errStream });
  const sources = await productSources(plugins, sourcesOptions(options, io));
  const stopTimeout = shutdownBudgetMs(sources);
  const agent = createAgent({ plugins, sources, name: "cim", version, stopTimeout });
  const onKill = () => {
    const { state, running } = agent;
    // In the order of closing: the agent waits for the first.
    const names = running.toReversed().join(", ");
    io.err(`cim: ended by a second signal while ${state}; still running: ${names}`);
  };
  const onStop = () => {
    agent.stop({ reason: String(io.stop.reason) }).catch(() => {}); // `stopped` reports the error.
  };
  io.kill.addEventListener("abort", onKill, { once: true });
  try {
    await agent.start({ signal: io.stop });
    io.stop.addEventListener("abort", onStop, { once: true });
    if (io.stop.aborted) onStop();
    await agent.stopped;
    return exitCode.fine;
  } catch (error) {
    if (!hasCode(error, "start_aborted") || error instanceof AggregateError) throw error;
    io.err(`cim: ${failureText(error)}`);
    return exitCode.fine;
  } finally {
    io.stop.removeEventListener("abort", onStop);
    io.kill.removeEventListener("abort", onKill);
  }
}
