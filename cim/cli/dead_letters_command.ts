import type { GivenArguments } from "./command.ts";
import type { CommandLine } from "./command_line.ts";
import { UsageError } from "./exit_code.ts";

type LettersModule = typeof import("./dead_letters/mod.ts");

/** Adds `cim dead-letters`. */
export function addDeadLettersCommands(line: CommandLine): void {
  const { io } = line;
  const group = line.add("dead-letters", "Look into records that a destination refused for good.")
    .note(
      "`drop` needs the agent to be stopped; `replay` works through a running agent too. The numbers are those of `ls`; they change when letters are removed.",
    );
  const choose = (work: (letters: LettersModule) => Promise<number>) =>
    line.choose(async () => await work(await import("./dead_letters/mod.ts")));
  const add = (usage: string, summary: string) => line.addWithConfig(usage, summary, group);
  const addChoice = (usage: string, summary: string) =>
    add(usage, summary)
      .option("--route <name>", "all letters of a route")
      .option("--all", "all letters");

  add("ls", "List the letters, oldest first.")
    .option("--json", "print one JSON document")
    .action((given) => {
      const options = { ...line.configOf(given), isJson: given.has("json") };
      choose(({ listLetters }) => listLetters(options, io));
    });
  add("show <number>", "Print one letter with its record.")
    .option("--json", "print one JSON document")
    .action((given) => {
      const options = { ...line.configOf(given), isJson: given.has("json") };
      const number = letterNumber(given.required("number"));
      choose(({ showLetter }) => showLetter(number, options, io));
    });
  addChoice(
    "replay [number...]",
    "Put the original records back into the queue of their route, and remove the letters.",
  )
    .note("After a crash of this command a record may be in the queue and still be a letter.")
    .action((given) => {
      const options = { ...line.configOf(given), choice: choiceOf(given) };
      choose(({ replayLetters }) => replayLetters(options, io));
    });
  addChoice("drop [number...]", "Remove letters; their records are lost.")
    .action((given) => {
      const options = { ...line.configOf(given), choice: choiceOf(given) };
      choose(({ dropLetters }) => dropLetters(options, io));
    });
}

function letterNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw new UsageError(`Cannot use number "${text}": must be a whole number above 0`);
  }
  return Number(text);
}

function choiceOf(given: GivenArguments) {
  const numbers = given.arguments("number").map(letterNumber);
  const route = given.value("route");
  const isAll = given.has("all");
  const ways = [numbers.length > 0, route !== undefined, isAll].filter(Boolean).length;
  if (ways !== 1) throw new UsageError("name letters by number, or by --route, or with --all");
  return { numbers, route, isAll };
}
