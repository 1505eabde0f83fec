import type { GivenArguments } from "./command.ts";
import type { CommandLine } from "./command_line.ts";

type SpoolModule = typeof import("./spool/mod.ts");

/** Adds `cim spool`. */
export function addSpoolCommands(line: CommandLine): void {
  const { io } = line;
  const group = line.add("spool", "Look into the spool on disk.")
    .note(
      "The commands read the files and change nothing. `cat` and `export` need the agent to be stopped.",
    );
  const choose = (work: (spool: SpoolModule) => Promise<number>) =>
    line.choose(async () => await work(await import("./spool/mod.ts")));
  const add = (usage: string, summary: string) =>
    line.addWithConfig(usage, summary, group)
      .option("--folder <dir>", "folder of the spool; default: spool in paths.data");
  const optionsOf = (given: GivenArguments) => ({
    ...line.configOf(given),
    folder: given.value("folder"),
  });

  add("ls", "List the queues with what waits in them.")
    .option("--json", "print one JSON document")
    .action((given) => {
      const options = { ...optionsOf(given), isJson: given.has("json") };
      choose(({ spoolList }) => spoolList(options, io));
    });
  add("verify", "Check every block; ends with 1 if something is damaged.")
    .action((given) => choose(({ spoolVerify }) => spoolVerify(optionsOf(given), io)));
  add("cat <queue>", "Print the records of a queue, oldest first.")
    .action((given) =>
      choose(({ spoolCat }) => spoolCat(given.required("queue"), optionsOf(given), io))
    );
  add("export <queue>", "Print the records of a queue as JSON lines with position and time.")
    .action((given) =>
      choose(({ spoolExport }) => spoolExport(given.required("queue"), optionsOf(given), io))
    );
}
