/**
 * Requests of commands to the running agent.
 *
 * @module
 */
import { AgentError, describeError } from "../../core/mod.ts";
import { cliErrors } from "./errors.ts";
import type { ProductConfiguration } from "./read_configuration.ts";

/** Options of {@linkcode askAgent}. */
export interface AskOptions {
  readonly method?: "GET" | "PUT" | "POST" | "DELETE";
  readonly body?: Uint8Array<ArrayBuffer>;
  readonly signal?: AbortSignal;
}

/** Code of an answer to a request without TLS where the agent requires it. */
const tlsRequiredCode = "tls_required";

/** Time for the agent to begin its answer. */
const answerLimitMs = 10_000;

/** URL of the running agent's REST port, from this machine. */
export function restAddress({ values }: Pick<ProductConfiguration, "values">): string {
  const { host, port } = values("http") as { host?: string; port: number };
  const isAny = host === undefined || host === "0.0.0.0" || host === "::";
  const reachable = isAny ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  return `http://${reachable}:${port}`;
}

/**
 * Sends one request to the running agent.
 *
 * @throws {AgentError} `agent_unreachable` when no agent answers within ten seconds. The reason of `signal` when it
 * aborts.
 */
export async function askAgent(url: URL, options: AskOptions = {}): Promise<Response> {
  const { signal, ...request } = options;
  signal?.throwIfAborted();
  const late = new AbortController();
  const timer = setTimeout(
    () => late.abort(new Error(`no answer within ${answerLimitMs / 1_000} s`)),
    answerLimitMs,
  );
  const signals = signal ? [signal, late.signal] : [late.signal];
  try {
    return await fetch(url, { ...request, signal: AbortSignal.any(signals) });
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    // Without the cause, which repeats the address and the reason in other words.
    throw new AgentError(
      cliErrors.agent_unreachable,
      `Cannot reach the agent at ${url.origin}: ${connectReason(error)}; ` +
        "start it with `cim run`, or set its port with --set rest.port=",
    );
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The error for an answer that is not a success. It carries the agent's own error and code.
 *
 * @param action What was tried, for the text: "Cannot <action>: ...".
 */
export async function refusal(action: string, response: Response): Promise<AgentError> {
  const { error, code } = parseAnswer(await response.text());
  const entry = { ...cliErrors.agent_refused, code: code ?? cliErrors.agent_refused.code };
  if (code === tlsRequiredCode) {
    return new AgentError(
      entry,
      `Cannot ${action}: the agent accepts only TLS, and commands use HTTP without TLS; set ` +
        "rest.tls_required to false, or send the request with another client over https",
    );
  }
  return new AgentError(
    entry,
    `Cannot ${action}: the agent answered ${response.status}: ${error}`,
  );
}

/** The members of an error answer; a text that is not one is the error itself. */
function parseAnswer(text: string): { error: string; code?: string } {
  try {
    const { error, code } = JSON.parse(text) as { error?: unknown; code?: unknown };
    if (typeof error === "string") {
      return { error, code: typeof code === "string" ? code : undefined };
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return { error: text.trim() || "no reason" };
}

/** The reason in a few words: fetch puts several sentences around it. */
function connectReason(error: unknown): string {
  const text = describeError(error);
  const reason = /([^:()]+) \(os error \d+\)/.exec(text)?.[1] ?? text;
  return reason.trim().toLowerCase() === "connection refused"
    ? "nothing listens there"
    : reason.trim();
}
