/**
 * Runs one script against one server and records the answers, step by step.
 *
 * @module
 */
import { normalise } from "./_normalise.ts";
import { type Script, type Step, visible } from "./_script.ts";
import { type Address, WireClient } from "./_wire_client.ts";

/** Time limit of a script. It is only reached when a server does not answer. */
const boundMs = 20_000;
const maxRepeats = 2_000;

/** The record of a run: one line for each step and each frame. */
export type Transcript = readonly string[];

/**
 * Runs a script.
 *
 * @throws {Error} When the server neither answers nor closes the connection within 20 s; the message contains the
 * record.
 */
export async function play(script: Script, address: Address): Promise<Transcript> {
  using stage = new Stage(address, script);
  const watch = setTimeout(() => stage.giveUp(), boundMs);
  try {
    for (const step of script.steps) await stage.perform(step);
    return await stage.finish();
  } catch (error) {
    if (!stage.gaveUp) throw error;
    throw new Error(`Cannot finish script "${script.name}": no answer after ${stage.story()}`);
  } finally {
    clearTimeout(watch);
  }
}

class Stage implements Disposable {
  gaveUp = false;
  readonly #address: Address;
  readonly #script: Script;
  readonly #clients = new Map<string, WireClient>();
  readonly #lines: string[] = [];
  readonly #pool: string[] = [];

  constructor(address: Address, script: Script) {
    this.#address = address;
    this.#script = script;
  }

  async perform(step: Step): Promise<void> {
    const { kind, text } = step;
    this.#lines.push(`${step.client} ${kind} ${visible(text.slice(0, 120))}`);
    const client = await this.#client(step);
    switch (kind) {
      case "open":
        // Frames that arrived together with INFO belong to the next step.
        return;
      case "secure":
        await client.secure();
        break;
      case "bytes":
        return await client.send(text);
      case "connect":
        await client.connect(text);
        // The first answer may be followed by an INFO, which the second answer follows in turn.
        await this.#settle(client);
        await this.#settle(client);
        break;
      case "send":
        await client.send(`${text}\r\n`);
        if (/connect/i.test(text)) await this.#settle(client);
        await this.#settle(client);
        break;
      case "repeat":
        return await this.#repeat(client, text);
      case "await_close":
        await client.untilClosed();
        break;
      case "lose":
        await client.untilClosed();
        client.take();
        break;
      case "hang_up":
        await client.endSending();
        await client.untilClosed();
    }
    this.#record(client);
  }

  async finish(): Promise<Transcript> {
    for (const [name, client] of this.#clients) {
      if (!client.closed) await this.#settle(client);
      this.#lines.push(`${name} end`);
      this.#record(client);
    }
    return [...this.#lines, ...this.#pool.sort()];
  }

  giveUp(): void {
    this.gaveUp = true;
    for (const client of this.#clients.values()) client[Symbol.dispose]();
  }

  story(): string {
    return `\n  ${this.#lines.join("\n  ")}`;
  }

  [Symbol.dispose](): void {
    if (!this.gaveUp) { for (const client of this.#clients.values()) client[Symbol.dispose](); }
  }

  async #client({ client: name, kind }: Step): Promise<WireClient> {
    const known = this.#clients.get(name);
    if (known !== undefined) return known;
    const client = await WireClient.open(this.#address);
    this.#clients.set(name, client);
    const isModest = kind !== "open" && kind !== "connect" && kind !== "secure";
    if (isModest) {
      await client.connect();
      await this.#settle(client);
    } else if (client.info !== "") {
      this.#lines.push(`  ${normalise(client.info)}`);
    }
    return client;
  }

  async #settle(client: WireClient): Promise<void> {
    await client.send("PING\r\n");
    await client.settle();
  }

  async #repeat(client: WireClient, text: string): Promise<void> {
    const [, wanted, line] = /^~([^~]*)~ ([^]*)$/.exec(text)!;
    for (let i = 0; i < maxRepeats; i++) {
      await client.send(`${line}\r\n`);
      await this.#settle(client);
      const frames = client.take();
      if (frames.some((frame) => frame.includes(wanted))) {
        for (const frame of frames) this.#note(frame);
        return;
      }
    }
    throw new Error(
      `Cannot finish script "${this.#script.name}": "${wanted}" never came in ${maxRepeats} answers`,
    );
  }

  #record(client: WireClient): void {
    for (const frame of inOrder(client.take())) this.#note(frame);
    if (client.closed) this.#lines.push("  (closed)");
  }

  #note(frame: string): void {
    const normal = normalise(frame);
    if (normal === null) return;
    const line = this.#script.random ? forgive(normal, this.#lines.at(-1) ?? "") : normal;
    if (line === null) return;
    if (this.#script.pooled && /^H?MSG /.test(frame)) {
      this.#pool.push(`pool ${visible(line.replace(/^(H?MSG \S+) \S+/, "$1 sid"))}`);
    } else this.#lines.push(`  ${visible(line)}`);
  }
}

/**
 * Removes two differences that are random in nats-server: how often it reports one pedantic publish (see
 * `_intended.ts`), and which of several subscriptions to an inbox receives the `no responders` message.
 */
function forgive(line: string, before: string): string | null {
  if (line.includes("Invalid Publish Subject") && before === `  ${line}`) return null;
  return line.replace(/^(HMSG \S+) \S+( .*\r\nNATS\/1.0 503\r\n)/, "$1 sid$2");
}

/**
 * Sorts the copies of one message for several subscriptions of one client by their text: nats-server sends them in
 * the order of a hash map.
 */
function inOrder(frames: readonly string[]): string[] {
  const ordered: string[] = [];
  let group: string[] = [];
  let key = "";
  for (const frame of [...frames, ""]) {
    const next = /^H?MSG /.test(frame) ? frame.replace(/^(H?MSG \S+) \S+/, "$1") : "";
    if (next === "" || next !== key) {
      ordered.push(...group.sort());
      group = [];
    }
    key = next;
    if (next === "") ordered.push(frame);
    else group.push(frame);
  }
  return ordered.slice(0, -1);
}
