import {
  AgentError,
  diskFs,
  spoolErrors,
  type SpoolLock,
  spoolOwner,
  spoolQueues,
} from "../../../core/mod.ts";
import type { ConfigOptions } from "../config_options.ts";
import { cliErrors } from "../errors.ts";
import type { CliIo } from "../io.ts";
import { readConfiguration } from "../read_configuration.ts";

/** Options of the commands. */
export interface SpoolCommandOptions extends ConfigOptions {
  /** Folder of the spool. Default: `spool` in `paths.data`. */
  readonly folder: string | undefined;
}

/** The folder of the spool. @throws {AgentError} `data_folder_missing` when it cannot exist. */
export async function folderOf(options: SpoolCommandOptions, io: CliIo): Promise<string> {
  if (options.folder !== undefined) {
    await checkFolder(options.folder, "correct --folder");
    return options.folder;
  }
  const { data } = (await readConfiguration(options, io)).values("paths");
  const folder = `${data}`.replace(/\/+$/, "");
  await checkDataFolder(folder);
  return `${folder}/spool`;
}

/** @throws {AgentError} `data_folder_missing` when the folder of `paths.data` does not exist. */
export async function checkDataFolder(folder: string): Promise<void> {
  await checkFolder(folder, "correct paths.data, or start the agent once, which creates it");
}

async function checkFolder(folder: string, remedy: string): Promise<void> {
  try {
    await Deno.stat(folder);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new AgentError(
      cliErrors.data_folder_missing,
      `Cannot read the folder ${folder}: it does not exist; ${remedy}`,
    );
  }
}

/** @throws {AgentError} `spool_in_use` when an agent uses the folder. */
export async function checkUnused(action: string, folder: string): Promise<void> {
  const owner = await spoolOwner(folder);
  if (owner !== undefined) throw inUse(action, folder, owner);
}

/**
 * Locks the folder, so that no agent starts meanwhile.
 *
 * @throws {AgentError} `spool_in_use` when an agent uses it.
 */
export async function lockFolder(action: string, folder: string): Promise<SpoolLock> {
  const lock = await diskFs.lock(`${folder}/lock`, `${Deno.pid}\n`.padStart(16));
  if (typeof lock === "string") throw inUse(action, folder, lock.trim());
  return lock;
}

/** @throws {AgentError} `spool_queue_missing` when the folder does not have the queue. */
export async function checkQueue(action: string, folder: string, queue: string): Promise<void> {
  const names = await spoolQueues(folder);
  if (names.includes(queue)) return;
  const known = names.length > 0 ? `it has ${names.join(", ")}` : "it has no queues";
  throw new AgentError(
    spoolErrors.spool_queue_missing,
    `Cannot ${action} queue "${queue}": the spool in ${folder} does not have it; ${known}`,
  );
}

function inUse(action: string, folder: string, owner: string): AgentError {
  return new AgentError(
    spoolErrors.spool_in_use,
    `Cannot ${action} the records in ${folder}: process ${owner} uses the spool; stop it first`,
  );
}
