/**
 * The store of the running agent, through its REST routes.
 *
 * @module
 */
import { cliErrors } from "../errors.ts";
import {
  AgentError,
  type CallOptions,
  type Change,
  type ChangeBatch,
  type DeleteOptions,
  type DeleteResult,
  type Entry,
  type ListOptions,
  milliseconds,
  type PutOptions,
  type PutResult,
  type WatchOptions,
} from "../../../core/mod.ts";
import {
  type ChangeLine,
  type EntryLine,
  readChangeLine,
  readEntryLine,
  type WatchingLine,
} from "../../kv_routes/mod.ts";
import { askAgent, refusal } from "../ask_agent.ts";
import { jsonLines } from "../json_lines.ts";
import type { CliStore } from "./opened_store.ts";

/** Query parameters; undefined ones are left out. */
type Query = Readonly<Record<string, string | undefined>>;

/** Answer to a delete; `count` is there when `deleted` lacks keys. */
interface DeletedLine {
  readonly revision: number;
  readonly deleted: readonly string[];
  readonly count?: number;
}

/** Reads and writes the store of the running agent. */
export class RestStore implements CliStore {
  readonly #base: string;

  /** @param address Origin of the agent's REST port. */
  constructor(address: string) {
    this.#base = `${address}/api/v1/kv`;
  }

  async get(key: string, { signal }: CallOptions = {}): Promise<Entry | undefined> {
    const response = await askAgent(this.#one(key), { signal });
    if (response.status === 404) {
      await response.body?.cancel();
      return undefined;
    }
    if (!response.ok) throw await refusal(`get "${key}"`, response);
    return {
      key,
      value: await response.bytes(),
      revision: Number((response.headers.get("etag") ?? "").replaceAll('"', "")),
      createRevision: Number(response.headers.get("x-create-revision")),
    };
  }

  async put(
    key: string,
    value: Uint8Array,
    { ttlMs, signal }: Pick<PutOptions, "ttlMs" | "signal"> = {},
  ): Promise<PutResult> {
    const url = this.#one(key, {
      ttl: ttlMs === undefined ? undefined : `${milliseconds(ttlMs, "ttlMs")}ms`,
    });
    const body = new Uint8Array(value);
    const response = await askAgent(url, { method: "PUT", body, signal });
    if (!response.ok) throw await refusal(`put "${key}"`, response);
    return { written: true, ...await response.json() as { revision: number } };
  }

  async delete(
    key: string,
    { prefix = false, signal }: Pick<DeleteOptions, "prefix" | "keysOnly" | "signal"> = {},
  ): Promise<DeleteResult> {
    const url = prefix ? this.#many({ prefix: key }) : this.#one(key);
    const response = await askAgent(url, { method: "DELETE", signal });
    if (!response.ok) throw await refusal(`delete "${key}"`, response);
    const { revision, deleted, count = deleted.length } = await response.json() as DeletedLine;
    const entry = { value: new Uint8Array(), revision, createRevision: revision };
    return {
      revision,
      deleted: deleted.map((key) => ({ key, ...entry })),
      count,
      isCut: deleted.length < count,
    };
  }

  async *list(
    prefix: string,
    { keysOnly = false, signal }: Pick<ListOptions, "keysOnly" | "signal"> = {},
  ): AsyncGenerator<Entry> {
    const url = this.#many({ prefix, keys_only: `${keysOnly}` });
    for await (const line of this.#lines<EntryLine>(`list "${prefix}"`, url, signal)) {
      yield readEntryLine(line);
    }
  }

  async watch(
    prefix: string,
    { signal }: Pick<WatchOptions, "signal"> = {},
  ): Promise<AsyncIterable<ChangeBatch>> {
    const url = this.#many({ prefix, watch: "true" });
    const lines = this.#lines<ChangeLine | WatchingLine>(`watch "${prefix}"`, url, signal);
    // The first line says that the watch is registered.
    await lines.next();
    return batches(lines as AsyncIterable<ChangeLine>);
  }

  async *#lines<T>(
    action: string,
    url: URL,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<T, void> {
    const response = await askAgent(url, { signal });
    if (!response.ok || !response.body) throw await refusal(action, response);
    for await (const line of jsonLines(response.body)) {
      const { error } = line as { error?: string };
      if (error !== undefined) {
        throw new AgentError(cliErrors.agent_refused, `Cannot ${action}: ${error}`);
      }
      yield line as T;
    }
  }

  #one(key: string, query: Query = {}): URL {
    return withQuery(`${this.#base}/${encodeURIComponent(key)}`, query);
  }

  #many(query: Query): URL {
    return withQuery(this.#base, query);
  }
}

async function* batches(lines: AsyncIterable<ChangeLine>): AsyncGenerator<ChangeBatch> {
  for await (const line of lines) {
    const changes: readonly Change[] = [readChangeLine(line)];
    yield { revision: line.revision, changes };
  }
}

function withQuery(base: string, query: Query): URL {
  const url = new URL(base);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url;
}
