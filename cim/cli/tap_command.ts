import { checkCount, type CommandLine } from "./command_line.ts";
import { UsageError } from "./exit_code.ts";

const subjects: readonly string[] = ["LOG", "EVENT", "CONFIG", "EVENT-NOTIFICATION"];

/** Adds `cim tap`. */
export function addTapCommand(line: CommandLine): void {
  line.addWithConfig("tap <subject>", "Print messages between the application and the agent, live.")
    .option("--count <number>", "end after so many messages", checkCount)
    .option(
      "--user <name>",
      "user of the agent's NATS server; its password is read from standard input",
    )
    .option("--json", "print one JSON document for each message")
    .note(`Subjects: ${subjects.join(", ")}.`)
    .note(
      "At most 100 messages a second and 4 KiB of each are printed; the last line counts the others. Ends with Ctrl-C. Passwords in URLs are removed.",
    )
    .action((given) => {
      const subject = given.required("subject");
      if (!subjects.includes(subject)) {
        throw new UsageError(`Cannot tap "${subject}": must be ${subjects.join(", ")}`);
      }
      const count = Number(given.value("count") ?? Infinity);
      const options = { subject, count, user: given.value("user"), isJson: given.has("json") };
      line.choose(async () =>
        (await import("./tap/mod.ts")).tap({ ...line.configOf(given), ...options }, line.io)
      );
    });
}
