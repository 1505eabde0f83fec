import { cliErrors } from "./errors.ts";
import { AgentError, describeError } from "../../core/mod.ts";

/** Options of {@linkcode askAgent}. */
export interface AskOptions {
  readonly method?: "GET" | "PUT" | "DELETE";
  readonly body?: Uint8Array<ArrayBuffer>;
  readonly signal?: AbortSignal;
}

/**
 * Sends one request to the running agent.
 *
 * @throws {AgentError} `agent_unreachable` when nothing answers there.
 */
export async function askAgent(url: URL, options: AskOptions = {}): Promise<Response> {
  try {
    return await fetch(url, options);
  } catch (cause) {
    if (options.signal?.aborted) throw options.signal.reason;
    throw new AgentError(
      cliErrors.agent_unreachable,
      `Cannot reach the agent at ${url.origin}: ${describeError(cause)}; ` +
        "start it with cim run, or name its port with --set rest.port=",
      { cause },
    );
  }
}

/**
 * The error that a refused request tells.
 *
 * @param action What was tried, for the text: "Cannot <action>: ...".
 */
export async function refusal(action: string, response: Response): Promise<AgentError> {
  const text = await response.text();
  let reason = text;
  try {
    reason = (JSON.parse(text) as { error?: string }).error ?? text;
  } catch {
    // Not from the agent's own routes; shown as it is.
  }
  return new AgentError(cliErrors.agent_refused, `Cannot ${action}: ${response.status} ${reason}`);
}
