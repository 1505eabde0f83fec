/**
 * A tree of commands with their arguments and options, and its help texts. A library for this exists, but the ones
 * with commands and help load the file system and child processes of Node: 60 ms of each start and 4 MB of each
 * agent.
 *
 * @module
 */
import { wrap } from "./text.ts";

/** An argument by its place. */
export interface Parameter {
  readonly name: string;
  readonly isRequired: boolean;
  /** Whether it takes all arguments that are left. */
  readonly isRest: boolean;
}

/** An option. */
export interface Option {
  /** The long name without dashes. */
  readonly name: string;
  /** One letter, if there is a short form. */
  readonly letter: string | undefined;
  /** Name of the value in the help; an option without a value is a flag. */
  readonly valueName: string | undefined;
  /** What the help says. */
  readonly doc: string;
  /** Throws a `UsageError` with what a value must be. */
  readonly check: (value: string) => void;
}

/** Called when the command was chosen, with what the command line gives it. */
export type Action = (given: GivenArguments) => void;

/** Arguments and options of a command line that fit its command. */
export class GivenArguments {
  readonly #arguments = new Map<string, string[]>();
  readonly #options = new Map<string, string[]>();

  /** Adds the value of an argument. */
  addArgument(name: string, value: string): void {
    this.#arguments.set(name, [...this.arguments(name), value]);
  }

  /** Adds the value of an option, or an empty text for a flag. */
  addOption(name: string, value: string): void {
    this.#options.set(name, [...this.values(name), value]);
  }

  /** All values of an argument that takes several. */
  arguments(name: string): readonly string[] {
    return this.#arguments.get(name) ?? [];
  }

  /** An optional argument. */
  optional(name: string): string | undefined {
    return this.#arguments.get(name)?.[0];
  }

  /** A required argument. @throws {TypeError} When the command does not declare it as required. */
  required(name: string): string {
    const value = this.optional(name);
    if (value === undefined) throw new TypeError(`Cannot read <${name}>: it was not required`);
    return value;
  }

  /** Whether a flag is set. */
  has(option: string): boolean {
    return this.#options.has(option);
  }

  /** The last value of an option. */
  value(option: string): string | undefined {
    return this.#options.get(option)?.at(-1);
  }

  /** All values of an option, in their order. */
  values(option: string): readonly string[] {
    return this.#options.get(option) ?? [];
  }
}

const helpOption: Option = parseOption("-h, --help", "print this help");

/** One command. */
export class Command {
  /** The name that chooses it. */
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Its arguments, in order. */
  readonly parameters: readonly Parameter[];
  /** Its options, in the order of the help. */
  readonly options: Option[] = [];
  /** The commands below it, in the order of the help. */
  readonly commands: Command[] = [];
  /** The command above it. */
  readonly parent: Command | undefined;
  /** Whether it is left out of the help. */
  isHidden = false;
  readonly #notes: string[] = [];
  #action: Action | undefined;

  /** Creates a command from its name and arguments, such as `put <key> [value]` or `help [command...]`. */
  constructor(usage: string, summary: string, parent?: Command) {
    const [name, ...parameters] = usage.split(" ");
    this.name = name;
    this.summary = summary;
    this.parameters = parameters.map(parseParameter);
    this.parent = parent;
    parent?.commands.push(this);
  }

  /** Adds an option such as `-c, --config <file>`, or a flag such as `--json`. */
  option(flags: string, doc: string, check: (value: string) => void = () => {}): this {
    this.options.push(parseOption(flags, doc, check));
    return this;
  }

  /** Adds a paragraph at the end of the help. */
  note(text: string): this {
    this.#notes.push(text);
    return this;
  }

  /** Sets what is called when the command was chosen. */
  action(action: Action): this {
    this.#action = action;
    return this;
  }

  /** Calls the action. */
  act(given: GivenArguments): void {
    this.#action?.(given);
  }

  /** The name with those of the commands above, such as `cim kv put`. */
  get path(): string {
    return this.parent ? `${this.parent.path} ${this.name}` : this.name;
  }

  /** The command below it of that name. */
  child(name: string): Command | undefined {
    return this.commands.find((command) => command.name === name);
  }

  /** The line that begins with `Usage:`. */
  get usage(): string {
    return `Usage: ${[this.path, ...this.#usageParts()].join(" ")}`;
  }

  /** The path with the arguments, such as `cim kv put <key> <value>`. */
  get call(): string {
    return [this.path, ...this.parameters.map(usageOf)].join(" ");
  }

  /** The help, in lines of at most `width` columns. */
  help(width: number): string[] {
    const options = [...this.options, helpOption].map(({ doc, ...option }) => [term(option), doc]);
    const commands = this.commands.filter(({ isHidden }) => !isHidden)
      .map((command) => [[command.name, ...command.#usageParts()].join(" "), command.summary]);
    const termWidth = Math.max(...[...options, ...commands].map(([name]) => name.length));
    const list = (title: string, rows: readonly string[][]) =>
      rows.length === 0 ? [] : ["", title, ...rows.flatMap((row) => listed(row, termWidth, width))];
    return [
      ...wrap(this.usage, width, 7),
      "",
      ...wrap(this.summary, width),
      ...list("Options:", options),
      ...list("Commands:", commands),
      ...this.#notes.flatMap((text) => ["", ...wrap(text, width)]),
    ];
  }

  #usageParts(): string[] {
    if (this.commands.length > 0) return ["<command>"];
    const options = this.options.length > 0 ? ["[options]"] : [];
    return [...options, ...this.parameters.map(usageOf)];
  }
}

/** The name of an option with its short form and its value, as the help shows it. */
export function term({ name, letter, valueName }: Omit<Option, "doc" | "check">): string {
  const short = letter === undefined ? "" : `-${letter}, `;
  return `${short}--${name}${valueName === undefined ? "" : ` <${valueName}>`}`;
}

function usageOf({ name, isRequired, isRest }: Parameter): string {
  const text = isRest ? `${name}...` : name;
  return isRequired ? `<${text}>` : `[${text}]`;
}

function parseParameter(text: string): Parameter {
  const name = text.slice(1, -1);
  const isRest = name.endsWith("...");
  return { name: isRest ? name.slice(0, -3) : name, isRequired: text.startsWith("<"), isRest };
}

function parseOption(flags: string, doc: string, check: Option["check"] = () => {}): Option {
  const [, letter, name, valueName] = /^(?:-(\w), )?--(\S+)(?: <(.*)>)?$/.exec(flags) ?? [];
  if (name === undefined) throw new TypeError(`Cannot add option "${flags}": it has no long name`);
  return { name, letter, valueName, doc, check };
}

/** A name and its text side by side; below each other where the terminal is narrow. */
function listed([name, text]: readonly string[], termWidth: number, width: number): string[] {
  const indent = termWidth + 4;
  if (width - indent < 20) {
    return [
      `  ${name}`,
      ...wrap(text, width - 6).map((line) => `      ${line}`),
    ];
  }
  const [first, ...rest] = wrap(text, width - indent);
  const margin = " ".repeat(indent);
  return [`  ${name.padEnd(termWidth)}  ${first}`, ...rest.map((line) => margin + line)];
}
