import { type CommandLine, parseCount } from "./command_line.ts";

type KvModule = typeof import("./kv/mod.ts");

/** Adds `cim kv`. */
export function addKvCommands(line: CommandLine): void {
  const { io } = line;
  const group = line.add("kv", "Read and write the configuration store.");
  line.addNote(
    group,
    "With etcd.endpoints the commands connect to etcd; otherwise they use the running agent.",
  );
  const choose = (work: (kv: KvModule) => Promise<number>) =>
    line.choose(async () => await work(await import("./kv/mod.ts")));

  line.addWithConfig("get <key>", "Print the value of a key.", group)
    .action((key, options) => choose(({ kvGet }) => kvGet(key, line.configOf(options), io)));
  const put = line.addWithConfig("put <key> <value>", "Write a key and print the revision.", group)
    .option("--ttl <time>", "delete the key after this time, such as 30s")
    .action((key, value, { ttl, ...options }) =>
      choose(({ kvPut }) => kvPut(key, value, { ...line.configOf(options), ttl }, io))
    );
  line.addNote(
    put,
    "VALUE is a text, @FILE for the contents of a file, or - for standard input. Write @@ for a " +
      "text that begins with @.",
  );
  line.addWithConfig("delete <key>", "Delete a key and print what was deleted.", group)
    .option("--prefix", "delete every key that begins with the given text")
    .action((key, { prefix = false, ...options }) =>
      choose(({ kvDelete }) => kvDelete(key, { ...line.configOf(options), isPrefix: prefix }, io))
    );
  line.addWithConfig("list [prefix]", "Print keys and values, separated by a tab.", group)
    .option("--keys", "print only the keys")
    .action((prefix = "", { keys = false, ...options }) =>
      choose(({ kvList }) => kvList(prefix, { ...line.configOf(options), keysOnly: keys }, io))
    );
  line.addWithConfig("watch [prefix]", "Print changes until stopped.", group)
    .option("--count <n>", "end after this many changes", parseCount)
    .action((prefix = "", { count, ...options }) =>
      choose(({ kvWatch }) => kvWatch(prefix, { ...line.configOf(options), count }, io))
    );
}
