import { redactText, toBase64 } from "../../../core/mod.ts";
import { printable, printableJson } from "../../../core/log/mod.ts";
import { removeDeadLetters, type StoredDeadLetter } from "../../spool/mod.ts";
import type { ConfigOptions } from "../config_options.ts";
import { exitCode } from "../exit_code.ts";
import type { CliIo } from "../io.ts";
import { recordsOf } from "../spool/mod.ts";
import { ago, table } from "../text.ts";
import { letterAt, letterPlace, lettersOf, openSpool } from "./letters.ts";

/** Options of {@linkcode listLetters} and {@linkcode showLetter}. */
export interface LetterListOptions extends ConfigOptions {
  /** Print one JSON document. */
  readonly isJson: boolean;
}

/** Which letters are meant; exactly one of the three ways is used. */
export interface LetterChoice {
  /** Their numbers in the list. */
  readonly numbers: readonly number[];
  /** The route whose letters are meant. */
  readonly route: string | undefined;
  /** Whether all are meant. */
  readonly isAll: boolean;
}

/** Options of {@linkcode dropLetters} and `replayLetters`. */
export interface LetterChoiceOptions extends ConfigOptions {
  readonly choice: LetterChoice;
}

/** Lists the letters, oldest first. */
export async function listLetters(options: LetterListOptions, io: CliIo): Promise<number> {
  const { path } = await letterPlace(options, io);
  const letters = await lettersOf(path, io);
  if (options.isJson) {
    const shown = letters.map((letter, at) => ({
      number: at + 1,
      ...headOf(letter),
      bytes: letter.record.length,
    }));
    io.out(printableJson(JSON.stringify({ path, letters: shown }, null, 2)));
    return exitCode.fine;
  }
  if (letters.length === 0) {
    io.out(`no dead letters in ${path}`);
    return exitCode.fine;
  }
  const now = Date.now();
  const rows = letters.map(({ time, route, reason, record }, at) => [
    `${at + 1}`,
    ago(Date.parse(time), now),
    route,
    `${record.length}`,
    reason,
  ]);
  for (const line of table([["NUMBER", "REFUSED", "ROUTE", "BYTES", "REASON"], ...rows])) {
    io.out(line);
  }
  return exitCode.fine;
}

/** Prints one letter: with `isJson` the original bytes in base64, else its value as a text. */
export async function showLetter(
  number: number,
  options: LetterListOptions,
  io: CliIo,
): Promise<number> {
  const { path } = await letterPlace(options, io);
  const letter = letterAt(await lettersOf(path, io), number);
  const { key, value } = partsOf(letter);
  if (options.isJson) {
    const record = toBase64(letter.record);
    io.out(printableJson(JSON.stringify({ number, ...headOf(letter), record }, null, 2)));
    return exitCode.fine;
  }
  const decoder = new TextDecoder();
  for (const [name, text] of Object.entries(headOf(letter))) {
    if (text !== undefined) io.out(printable(`${name}: ${redactText(text)}`));
  }
  if (key) io.out(printable(`key: ${decoder.decode(key)}`));
  io.out("");
  for (const line of decoder.decode(value).split("\n")) io.out(printable(line));
  return exitCode.fine;
}

/** Removes letters. */
export async function dropLetters(options: LetterChoiceOptions, io: CliIo): Promise<number> {
  const place = await letterPlace(options, io);
  await using _spool = await openSpool(place);
  const chosen = chosenLetters(await lettersOf(place.path, io), options.choice);
  await removeDeadLetters(chosen);
  io.out(`dropped ${chosen.length} dead letters`);
  return exitCode.fine;
}

/** The letters that are meant. @throws {AgentError} `dead_letter_missing` when a number is too high. */
export function chosenLetters(
  letters: readonly StoredDeadLetter[],
  { numbers, route, isAll }: LetterChoice,
): readonly StoredDeadLetter[] {
  if (isAll) return letters;
  if (route !== undefined) return letters.filter((letter) => letter.route === route);
  return [...new Set(numbers)].toSorted((a, b) => a - b).map((number) => letterAt(letters, number));
}

function headOf({ time, route, reason, cause }: StoredDeadLetter) {
  return { time, route, reason, cause };
}

/** Key and value of the record; records without a key are the value. */
function partsOf({ route, record }: StoredDeadLetter) {
  if (route !== "events") return { value: record };
  const data = new Uint8Array(4 + record.length);
  new DataView(data.buffer).setUint32(0, record.length);
  data.set(record, 4);
  const [parts] = recordsOf({ data, records: 1 });
  return parts;
}
