import { AgentError, inspectSpool, Spool, spoolOwner } from "../../../core/mod.ts";
import { deadLettersName, readDeadLetters, type StoredDeadLetter } from "../../spool/mod.ts";
import type { ConfigOptions } from "../config_options.ts";
import { restAddress } from "../ask_agent.ts";
import { cliErrors } from "../errors.ts";
import type { CliIo } from "../io.ts";
import { readConfiguration } from "../read_configuration.ts";
import { checkDataFolder } from "../spool/mod.ts";

/** Where the letters are, and what they are. */
export interface LetterPlace {
  /** Path of the file of letters. */
  readonly path: string;
  /** Folder of the spool. */
  readonly spoolFolder: string;
  /** Bound of the spool in bytes. */
  readonly maxSpoolBytes: number;
  /** URL of the agent's REST port. */
  readonly restAddress: string;
}

/** Reads from the configuration where the letters are. */
export async function letterPlace(options: ConfigOptions, io: CliIo): Promise<LetterPlace> {
  const configuration = await readConfiguration(options, io);
  const data = `${configuration.values("paths").data}`.replace(/\/+$/, "");
  const { maxSizeBytes } = configuration.values("spool") as { maxSizeBytes: number };
  return {
    path: `${data}/${deadLettersName}`,
    spoolFolder: `${data}/spool`,
    maxSpoolBytes: maxSizeBytes,
    restAddress: restAddress(configuration),
  };
}

/**
 * The letters, oldest first; reports lines that are not letters.
 *
 * @throws {AgentError} `data_folder_missing` when the folder of the file does not exist.
 */
export async function lettersOf(path: string, io: CliIo): Promise<readonly StoredDeadLetter[]> {
  await checkDataFolder(path.slice(0, path.lastIndexOf("/")));
  const { letters, damaged } = await readDeadLetters(path);
  if (damaged > 0) io.err(`cim: ${damaged} lines of ${path} are not letters and are left`);
  return letters;
}

/** The letter with this number. @throws {AgentError} `dead_letter_missing` when there is none. */
export function letterAt(letters: readonly StoredDeadLetter[], number: number): StoredDeadLetter {
  const letter = letters[number - 1];
  if (letter) return letter;
  throw new AgentError(
    cliErrors.dead_letter_missing,
    `Cannot find dead letter ${number}: there are ${letters.length}; ` +
      "list them with `cim dead-letters ls`",
  );
}

/**
 * Opens the spool, which keeps an agent from starting meanwhile. It is refused while the spool is damaged: only the
 * agent counts in its books what a repair loses.
 *
 * @throws {AgentError} `spool_in_use` when the agent runs, `replay_refused` when the spool is damaged.
 */
export async function openSpool(
  { spoolFolder: folder, maxSpoolBytes }: LetterPlace,
): Promise<Spool> {
  // The files of a running agent change, so they are not judged.
  const queues = await spoolOwner(folder) === undefined ? await inspectSpool(folder) : [];
  const bad = queues.find(({ damage, damagedRecords }) => damage.length > 0 || damagedRecords > 0);
  if (bad) {
    throw new AgentError(
      cliErrors.replay_refused,
      `Cannot change what waits in ${folder}: queue "${bad.name}" is damaged; start the agent ` +
        "once, which repairs it and counts what is lost, stop it, and try again",
    );
  }
  return await Spool.open({
    folder,
    maxBytes: maxSpoolBytes,
    durability: "power",
    whenFull: "drop_newest",
  });
}
