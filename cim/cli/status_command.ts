import { askAgent, refusal } from "./ask_agent.ts";
import type { ConfigOptions } from "./config_options.ts";
import { exitCode } from "./exit_code.ts";
import type { CliIo } from "./io.ts";
import { readConfiguration } from "./read_configuration.ts";
import { restAddress } from "./rest_address.ts";
import { table } from "./table.ts";

/** The part of `/api/v1/status` that is shown. */
interface StatusAnswer {
  readonly state: string;
  readonly reason?: string;
  readonly plugins: readonly {
    readonly name: string;
    readonly state: string;
    readonly reason?: string;
    readonly since: number | string;
  }[];
}

/** Asks the running agent how it is. Exit code 0 when it is `ok`, else 1. */
export async function statusCommand(
  { json, ...options }: ConfigOptions & { readonly json: boolean },
  io: CliIo,
): Promise<number> {
  const address = restAddress(await readConfiguration(options, io));
  const response = await askAgent(new URL("/api/v1/status", address), { signal: io.stop });
  if (!response.ok) throw await refusal("ask for the status", response);
  const text = await response.text();
  const answer = JSON.parse(text) as StatusAnswer;
  if (json) io.out(text.trimEnd());
  else show(answer, io);
  return answer.state === "ok" ? exitCode.fine : exitCode.failed;
}

function show({ state, reason, plugins }: StatusAnswer, io: CliIo): void {
  io.out(`agent is ${state}${reason ? `: ${reason}` : ""}`);
  const rows = plugins.map(({ name, state, since, reason = "" }) => [
    name,
    state,
    new Date(since).toISOString(),
    reason,
  ]);
  for (const line of table([["PLUGIN", "STATE", "SINCE", "REASON"], ...rows])) io.out(line);
}
