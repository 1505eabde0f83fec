import { checkCount, type CommandLine } from "./command_line.ts";

type KvModule = typeof import("./kv/mod.ts");

/** Adds `cim kv`. */
export function addKvCommands(line: CommandLine): void {
  const { io } = line;
  const group = line.add("kv", "Read and write the configuration store.")
    .note(
      "With etcd.endpoints the commands connect to etcd; otherwise they use the running agent.",
    );
  const choose = (work: (kv: KvModule) => Promise<number>) =>
    line.choose(async () => await work(await import("./kv/mod.ts")));

  line.addWithConfig("get <key>", "Print the value of a key.", group)
    .action((given) => {
      const key = given.required("key");
      choose(({ kvGet }) => kvGet(key, line.configOf(given), io));
    });
  line.addWithConfig("put <key> <value>", "Write a key and print the revision.", group)
    .option("--ttl <time>", "delete the key after this time, such as 30s")
    .note(
      "VALUE is a text, @FILE for the contents of a file, or - for standard input. Write @@ for a " +
        "text that begins with @.",
    )
    .action((given) => {
      const options = { ...line.configOf(given), ttl: given.value("ttl") };
      choose(({ kvPut }) => kvPut(given.required("key"), given.required("value"), options, io));
    });
  line.addWithConfig("delete <key>", "Delete a key and print what was deleted.", group)
    .option("--prefix", "delete every key that begins with the given text")
    .action((given) => {
      const options = { ...line.configOf(given), isPrefix: given.has("prefix") };
      choose(({ kvDelete }) => kvDelete(given.required("key"), options, io));
    });
  line.addWithConfig("list [prefix]", "Print keys and values, separated by a tab.", group)
    .option("--keys", "print only the keys")
    .action((given) => {
      const options = { ...line.configOf(given), keysOnly: given.has("keys") };
      choose(({ kvList }) => kvList(given.optional("prefix") ?? "", options, io));
    });
  line.addWithConfig("watch [prefix]", "Print changes until stopped.", group)
    .option("--count <n>", "end after this many changes", checkCount)
    .action((given) => {
      const count = given.value("count");
      const options = {
        ...line.configOf(given),
        ...(count !== undefined && { count: Number(count) }),
      };
      choose(({ kvWatch }) => kvWatch(given.optional("prefix") ?? "", options, io));
    });
}
