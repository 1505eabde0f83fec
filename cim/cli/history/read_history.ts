import type { ChangeDescription, PatchDescription } from "../../config_push/mod.ts";
import { askAgent, refusal, restAddress } from "../ask_agent.ts";
import type { ConfigOptions } from "../config_options.ts";
import type { CliIo } from "../io.ts";
import { readConfiguration } from "../read_configuration.ts";
import { pushProblem } from "../show_changes.ts";

/** Options that choose change-sets. */
export interface HistoryOptions extends ConfigOptions {
  /** Level; undefined for both. */
  readonly level: string | undefined;
  /** File that a change-set changes; undefined for all. */
  readonly file: string | undefined;
}

/** The history of the running agent. */
export class AgentHistory {
  readonly #address: string;
  readonly #options: HistoryOptions;
  readonly #signal: AbortSignal;

  private constructor(address: string, options: HistoryOptions, signal: AbortSignal) {
    this.#address = address;
    this.#options = options;
    this.#signal = signal;
  }

  /** Reads from the configuration where the agent is; asks it nothing yet. */
  static async open(options: HistoryOptions, io: CliIo): Promise<AgentHistory> {
    return new AgentHistory(restAddress(await readConfiguration(options, io)), options, io.stop);
  }

  /** The chosen change-sets, newest first. */
  async changes(): Promise<ChangeDescription[]> {
    const { level, file } = this.#options;
    const { changes } = await this.#ask("list the change-sets", "/api/v1/config/changes") as {
      changes: readonly ChangeDescription[];
    };
    return changes.filter((change) =>
      (level === undefined || change.level === level) &&
      (file === undefined || change.dataKey === file)
    );
  }

  /** The problem that configuration push reports; undefined when it has none. */
  problem(): Promise<string | undefined> {
    return pushProblem(this.#address, this.#signal);
  }

  /** Their patches without secrets, oldest first. */
  async patches(): Promise<readonly PatchDescription[]> {
    const { level, file } = this.#options;
    const query = new URLSearchParams();
    if (level !== undefined) query.set("level", level);
    if (file !== undefined) query.set("file", file);
    const { patches } = await this.#ask("list the patches", `/api/v1/config/patches?${query}`) as {
      patches: readonly PatchDescription[];
    };
    return patches;
  }

  /** Has the agent push a change-set again. */
  async replay(key: string): Promise<void> {
    const query = new URLSearchParams({ key });
    await this.#ask(`replay "${key}"`, `/api/v1/config/replay?${query}`, "POST");
  }

  async #ask(action: string, path: string, method: "GET" | "POST" = "GET"): Promise<unknown> {
    const response = await askAgent(new URL(path, this.#address), {
      method,
      signal: this.#signal,
    });
    if (!response.ok) throw await refusal(action, response);
    return await response.json();
  }
}
