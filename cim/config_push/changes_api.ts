import { type Token, token } from "../../core/mod.ts";
import type { ChangeRecord } from "./change_record.ts";
import type { IgnoredKey } from "./ignored_keys.ts";

/** Recent change-sets and their outcomes. */
export interface ChangesApi {
  /** Recent change-sets, newest first. */
  list(): ChangeRecord[];
  /** Keys that are no change-sets of this pod, newest first. */
  ignored(): IgnoredKey[];
  /** The patch of a change-set, secrets included; undefined when it is not kept. */
  patch(key: string): Promise<Uint8Array | undefined>;
  /**
   * Queues a change-set that has an outcome for the application again, and resolves once it is queued. A success
   * raises the commit key as any other; a failure does not change it.
   *
   * @throws {AgentError} `change_set_unknown` or `change_set_replay_refused`.
   */
  replay(key: string): Promise<ChangeRecord>;
  /** Calls the listener with each new or changed record. It must not throw. */
  onChange(listener: (record: ChangeRecord) => void): Disposable;
}

/** Key of {@linkcode ChangesApi}. */
export const changesToken: Token<ChangesApi> = token("changes", { providedBy: "configPush()" });
