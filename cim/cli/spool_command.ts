import type { Command, GivenArguments } from "./command.ts";
import { checkCount, type CommandLine } from "./command_line.ts";
import { UsageError } from "./exit_code.ts";

type SpoolModule = typeof import("./spool/mod.ts");

/** Adds `cim spool`. */
export function addSpoolCommands(line: CommandLine): void {
  const { io } = line;
  const group = line.add("spool", "Look into the spool on disk.")
    .note(
      "The commands read the files and change nothing. `cat`, `export` and `replay` need the agent to be stopped.",
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
  addReplay(
    add("replay <queue>", "Send records of a queue to its destination, or another one, again."),
  )
    .action((given) => {
      const file = given.value("file");
      if (file !== undefined && given.has("folder")) {
        throw new UsageError("use --file or --folder, not both");
      }
      const numberOf = (option: string) => Number(given.value(option) ?? Infinity);
      const range = {
        from: Number(given.value("from") ?? 1),
        until: numberOf("until"),
        count: numberOf("count"),
      };
      if (range.until < range.from) {
        throw new UsageError(
          `Cannot use --until ${range.until}: must not be below --from, which is ${range.from}`,
        );
      }
      const options = {
        ...optionsOf(given),
        range,
        rate: numberOf("rate"),
        to: given.value("to"),
        file,
      };
      choose(({ parseDestination, replaySpool }) => {
        const to = options.to === undefined ? undefined : parseDestination(options.to);
        return replaySpool(given.required("queue"), { ...options, to }, io);
      });
    });
}

function addReplay(command: Command): Command {
  return command
    .option("--from <position>", "first record, as `export` numbers them", checkCount)
    .option("--until <position>", "last record", checkCount)
    .option("--count <number>", "send at most so many records", checkCount)
    .option("--rate <number>", "send at most so many records a second", checkCount)
    .option(
      "--to <destination>",
      "tcp:HOST:PORT or kafka:TOPIC; default: where the agent sends them",
    )
    .option("--file <path>", "send the records of a file of `export`, and not those of the spool")
    .note(
      "The records stay in the spool: the agent sends them too when it starts. Records of a queue for TCP get a line " +
        "feed each; those for Kafka keep their key. A destination that fails is tried again for 30 seconds.",
    );
}
