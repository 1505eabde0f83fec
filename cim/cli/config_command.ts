import { type Command, type GivenArguments } from "./command.ts";
import { checkCount, type CommandLine } from "./command_line.ts";
import { UsageError } from "./exit_code.ts";

type HistoryModule = typeof import("./history/mod.ts");

const views = [
  ["show", "Print the current configuration as YAML, with the source of each value."],
  ["schema", "Print the JSON Schema of the configuration file."],
  ["reference", "Print the reference of all sections as Markdown."],
] as const;

/** Adds `cim config`. */
export function addConfigCommands(line: CommandLine): void {
  const group = line.add(
    "config",
    "Print the configuration of the agent, or the history of that of the application.",
  );
  for (const [view, summary] of views) {
    line.addWithConfig(view, summary, group).action((given) =>
      line.choose(async () =>
        (await import("./show_config.ts")).showConfig(view, line.configOf(given), line.io)
      )
    );
  }
  addHistoryCommands(line, group);
}

/** Adds the commands about change-sets; they ask the running agent. */
function addHistoryCommands(line: CommandLine, group: Command): void {
  const { io } = line;
  const choose = (work: (history: HistoryModule) => Promise<number>) =>
    line.choose(async () => await work(await import("./history/mod.ts")));
  const add = (usage: string, summary: string) =>
    line.addWithConfig(usage, summary, group)
      .option("--level <level>", "only change-sets of this level, ms or nf", checkLevel)
      .option("--file <name>", "only change-sets of this file");
  const optionsOf = (given: GivenArguments) => ({
    ...line.configOf(given),
    level: given.value("level"),
    file: given.value("file"),
  });

  add("log", "List recent change-sets with what they changed, newest first.")
    .option("--count <number>", "print at most so many", checkCount)
    .option("--json", "print one JSON document")
    .action((given) => {
      const count = Number(given.value("count") ?? Infinity);
      const options = { ...optionsOf(given), count, isJson: given.has("json") };
      choose(({ showLog }) => showLog(options, io));
    });
  add("diff <revision> [last]", "Print what one revision changed, or those after it up to another.")
    .option("--json", "print one JSON document")
    .note(
      "A value before is known only from an earlier change-set. Secrets are hidden. Several changes of one place " +
        "become one.",
    )
    .action((given) => {
      const from = revisionOf(given.required("revision"));
      const last = given.optional("last");
      const to = last === undefined ? undefined : revisionOf(last);
      if (to !== undefined && to <= from) {
        throw new UsageError(`Cannot compare ${from} and ${to}: the second must be higher`);
      }
      const options = { ...optionsOf(given), from, to, isJson: given.has("json") };
      choose(({ showDiff }) => showDiff(options, io));
    });
  add("replay <revision>", "Push a change-set to the application again, and wait for the outcome.")
    .note(
      "Only the last change-set of a file that the application may have can be pushed again. The application " +
        "decides what a patch does that it has already. A success is committed, a failure is not.",
    )
    .action((given) => {
      const revision = revisionOf(given.required("revision"));
      choose(({ replayChange }) => replayChange({ ...optionsOf(given), revision }, io));
    });
}

function checkLevel(text: string): void {
  if (text !== "ms" && text !== "nf") throw new UsageError("must be ms or nf");
}

function revisionOf(text: string): number {
  if (!/^(0|[1-9]\d{0,14})$/.test(text)) {
    throw new UsageError(`Cannot use revision "${text}": must be a whole number, 0 or more`);
  }
  return Number(text);
}
