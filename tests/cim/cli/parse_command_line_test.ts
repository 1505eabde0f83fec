import assert from "node:assert/strict";
import { Command } from "../../../cim/cli/command.ts";
import { UsageError } from "../../../cim/cli/exit_code.ts";
import { CommandUsageError, parseCommandLine } from "../../../cim/cli/parse_command_line.ts";

function program(): Command {
  const top = new Command("shop", "Sells things.").option("-V, --version", "print the version");
  const stock = new Command("stock", "What there is.", top);
  new Command("add <item> [amount]", "Add an item.", stock)
    .option("-f, --file <path>", "a file")
    .option("--price <money>", "a price", (value) => {
      if (!/^\d+$/.test(value)) throw new UsageError("must be a number");
    })
    .option("--fresh", "mark it");
  new Command("find [word...]", "Find items.", stock);
  return top;
}

/** What a command line gives, as one comparable value. */
function parsed(...args: string[]) {
  const { command, given, isHelp } = parseCommandLine(program(), args);
  return {
    path: command.path,
    item: given.optional("item"),
    words: given.arguments("word"),
    files: given.values("file"),
    price: given.value("price"),
    isFresh: given.has("fresh"),
    isHelp,
  };
}

const nothing = { item: undefined, words: [], files: [], price: undefined, isFresh: false };

Deno.test("parseCommandLine() finds nested commands, arguments, and options in every spelling", () => {
  assert.deepEqual(
    parsed("stock", "add", "--price=3", "-f", "a", "tea", "-fb", "--file", "--c", "--fresh"),
    {
      path: "shop stock add",
      item: "tea",
      words: [],
      files: ["a", "b", "--c"],
      price: "3",
      isFresh: true,
      isHelp: false,
    },
  );
});

Deno.test("parseCommandLine() takes everything after -- and a lone - as arguments", () => {
  const path = "shop stock find";
  assert.deepEqual(parsed("stock", "find", "-", "--", "--fresh", "-h"), {
    ...nothing,
    path,
    words: ["-", "--fresh", "-h"],
    isHelp: false,
  });
});

for (const flag of ["-h", "--help"]) {
  Deno.test(`parseCommandLine() gives the help of a command for ${flag} without its arguments`, () => {
    assert.deepEqual(parsed("stock", "add", flag), {
      ...nothing,
      path: "shop stock add",
      isHelp: true,
    });
    assert.deepEqual(parsed(flag), { ...nothing, path: "shop", isHelp: true });
  });
}

for (
  const [args, message, path] of [
    [["shelf"], 'there is no command "shop shelf"', "shop"],
    [["stock", "ad"], 'there is no command "shop stock ad"', "shop stock"],
    [["stock", "add"], "<item> is missing", "shop stock add"],
    [["stock", "add", "a", "1", "b"], 'there is an argument too many: "b"', "shop stock add"],
    [["stock", "add", "a", "--frsh"], 'unknown option "--frsh"', "shop stock add"],
    [["stock", "add", "a", "-x1"], 'unknown option "-x"', "shop stock add"],
    [["stock", "add", "a", "--fresh=yes"], "--fresh takes no value", "shop stock add"],
    [["stock", "add", "a", "-f"], "-f, --file <path> needs a value", "shop stock add"],
    [
      ["stock", "add", "a", "--price", "x"],
      "Cannot use --price x: must be a number",
      "shop stock add",
    ],
  ] as const
) {
  Deno.test(`parseCommandLine() refuses "${args.join(" ")}" and names the command`, () => {
    assert.throws(() => parseCommandLine(program(), args), (error) => {
      assert(error instanceof CommandUsageError);
      assert.equal(error.message, message);
      assert.equal(error.command.path, path);
      return true;
    });
  });
}

Deno.test("help() lists options and commands within the width, also on a narrow terminal", () => {
  const add = program().child("stock")!.child("add")!;
  assert.deepEqual(add.help(80), [
    "Usage: shop stock add [options] <item> [amount]",
    "",
    "Add an item.",
    "",
    "Options:",
    "  -f, --file <path>  a file",
    "  --price <money>    a price",
    "  --fresh            mark it",
    "  -h, --help         print this help",
  ]);
  for (const line of add.help(40)) assert(line.length <= 40, line);
});
