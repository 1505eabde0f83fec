/**
 * The ledger of a queue: up to which record it is settled and written. The file has two slots that are
 * overwritten in turn, so a torn write damages only the older one.
 *
 * @module
 */
import { crc32 } from "./_crc32.ts";
import { readNumber, writeFully, writeNumber } from "./_format.ts";
import type { SpoolFile, SpoolFs } from "./fs.ts";

/** What a ledger says. */
export interface LedgerEntry {
  /** Number of the first record that is not settled. */
  readonly settled: number;
  /** Number of the first record that was not written. */
  readonly written: number;
}

/** Name of the file in the folder of a queue. */
export const ledgerName = "ledger";
/** Size of the file. */
export const ledgerBytes = 128;

const slotBytes = ledgerBytes / 2;
const magic = 0x31_4c_50_53; // "SPL1"
const checkedBytes = slotBytes - 4;

/** The content of a ledger file. */
export interface LedgerContent {
  /** The newest valid slot; undefined when none is valid. */
  readonly entry: LedgerEntry | undefined;
  /** Number of the write that made it; 0 when none is valid. */
  readonly sequence: number;
  /** Whether the file has bytes that are no valid slot and not zero. */
  readonly isDamaged: boolean;
}

/** Decodes a ledger file. */
export function decodeLedger(content: Uint8Array): LedgerContent {
  let entry: LedgerEntry | undefined;
  let sequence = 0;
  let isDamaged = content.length !== 0 && content.length !== ledgerBytes;
  for (let at = 0; at < content.length; at += slotBytes) {
    const slot = content.subarray(at, at + slotBytes);
    const view = new DataView(slot.buffer, slot.byteOffset, slot.length);
    const isValid = slot.length === slotBytes && view.getUint32(0, true) === magic &&
      view.getUint32(checkedBytes, true) === crc32(slot.subarray(0, checkedBytes));
    if (!isValid) {
      isDamaged ||= slot.some((byte) => byte !== 0);
    } else if (readNumber(view, 8) > sequence) {
      sequence = readNumber(view, 8);
      entry = { settled: readNumber(view, 16), written: readNumber(view, 24) };
    }
  }
  return { entry, sequence, isDamaged };
}

/** Reads a ledger file; an empty content when it does not exist. */
export async function readLedger(fs: SpoolFs, path: string): Promise<LedgerContent> {
  if (await fs.size(path) === undefined) return decodeLedger(new Uint8Array());
  const file = await fs.open(path, "read");
  try {
    // One byte more than a ledger has, to notice a longer file.
    const content = new Uint8Array(ledgerBytes + 1);
    let length = 0;
    for (let count = -1; count !== 0 && length < content.length; length += count) {
      count = await file.read(content.subarray(length));
    }
    return decodeLedger(content.subarray(0, length));
  } finally {
    file.close();
  }
}

/** The open ledger file of a queue. */
export class LedgerFile {
  readonly #fs: SpoolFs;
  readonly #path: string;
  readonly #isSynced: boolean;
  #sequence: number;
  #file: SpoolFile | undefined;

  /** Opens nothing yet. `sequence` is that of the content read before. */
  constructor(fs: SpoolFs, path: string, sequence: number, isSynced: boolean) {
    this.#fs = fs;
    this.#path = path;
    this.#sequence = sequence;
    this.#isSynced = isSynced;
  }

  /** Writes an entry to the older slot. After a failure the next write uses the same slot. */
  async write({ settled, written }: LedgerEntry): Promise<void> {
    const sequence = this.#sequence + 1;
    const slot = new Uint8Array(slotBytes);
    const view = new DataView(slot.buffer);
    view.setUint32(0, magic, true);
    writeNumber(view, 8, sequence);
    writeNumber(view, 16, settled);
    writeNumber(view, 24, written);
    view.setUint32(checkedBytes, crc32(slot.subarray(0, checkedBytes)), true);
    try {
      this.#file ??= await this.#open();
      await this.#file.seek(sequence % 2 * slotBytes);
      await writeFully(this.#file, slot);
      if (this.#isSynced) await this.#file.syncData();
    } catch (error) {
      this.close();
      throw error;
    }
    this.#sequence = sequence;
  }

  /** Closes the file. A later write opens it again. */
  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  async #open(): Promise<SpoolFile> {
    const file = await this.#fs.open(this.#path, "update");
    try {
      // Both slots get their space now, so that a full disk cannot stop later writes.
      await file.truncate(ledgerBytes);
      return file;
    } catch (error) {
      file.close();
      throw error;
    }
  }
}
