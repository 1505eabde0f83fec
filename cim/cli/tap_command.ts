import { checkCount, type CommandLine } from "./command_line.ts";
import { UsageError } from "./exit_code.ts";

const subjects: readonly string[] = ["LOG", "EVENT", "CONFIG", "EVENT-NOTIFICATION"];

/** Adds `cim tap`. */
export function addTapCommand(line: CommandLine): void {
  line.addWithConfig("tap <subject>", "Print messages between the application and the agent, live.")
    .option("--count <number>", "end after so many messages", checkCount)
    .option("--url <url>", "URL of the NATS server; default: the one that the agent uses")
    .option("--user <name>", "user of the NATS server; its password is read from standard input")
    .option(
      "--token",
      "read the token for the NATS server from standard input; default: nats.token",
    )
    .option("--ca-file <file>", "PEM file of the CA of the server's certificate; enables TLS")
    .option("--json", "print one JSON document for each message")
    .option("--raw", "print control characters as they are; they can change what a terminal shows")
    .note(`Subjects: ${subjects.join(", ")}.`)
    .note(
      "At most 100 messages a second and 4 KiB of each are printed; the last line counts the others. Ends with Ctrl-C. Passwords in URLs are removed.",
    )
    .action((given) => {
      const subject = given.required("subject");
      if (!subjects.includes(subject)) {
        throw new UsageError(`Cannot tap "${subject}": must be ${subjects.join(", ")}`);
      }
      const [user, hasToken] = [given.value("user"), given.has("token")];
      if (user !== undefined && hasToken) throw new UsageError("use --user or --token, not both");
      const options = {
        ...{ subject, user, hasToken },
        count: Number(given.value("count") ?? Infinity),
        url: given.value("url"),
        caFile: given.value("ca-file"),
        isJson: given.has("json"),
        isRaw: given.has("raw"),
      };
      line.choose(async () =>
        (await import("./tap/mod.ts")).tap({ ...line.configOf(given), ...options }, line.io)
      );
    });
}
