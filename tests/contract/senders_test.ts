/**
 * The sender contract for every sender of the product.
 *
 * @module
 */
import { LogFile, LogFolder } from "../../cim/logs/file/mod.ts";
import { type Block, BlockPool } from "../../cim/logs/lines/mod.ts";
import { StdoutSender } from "../../cim/logs/stdout/mod.ts";
import { type LineBlock, TcpSender } from "../../cim/logs/tcp/mod.ts";
import { systemClock } from "../../core/mod.ts";
import { manualClock, senderContract } from "../../core/testing/mod.ts";
import { TcpCollector } from "../_support/tcp_collector.ts";
import { tempDir } from "../_support/temp_dir.ts";
import { FakeCluster } from "../plugins/kafka/_fake_cluster.ts";
import { block as recordBlock, openSender } from "../plugins/kafka/_sender.ts";
import { until } from "../_support/until.ts";

const encoder = new TextEncoder();

/** A block of three lines with the same number. */
function block(number: number): Block {
  const block = new BlockPool({ blockBytes: 4_096 }).acquire(100);
  const { written } = encoder.encodeInto(`${number}\n${number}\n${number}\n`, block.bytes);
  block.used = written;
  block.lines = 3;
  return block;
}

/** The numbers of the blocks in a text that consists of whole blocks; throws when it does not. */
function numbersIn(text: string): number[] {
  const lines = text.split("\n").slice(0, -1).map(Number);
  const found = lines.filter((_, index) => index % 3 === 0);
  const whole = found.flatMap((number) => [number, number, number]);
  if (`${lines}` !== `${whole}`) throw new Error(`Not whole blocks: ${JSON.stringify(text)}`);
  return found;
}

senderContract({
  name: "FILE",
  open() {
    const folder = tempDir();
    const clock = manualClock();
    const file = new LogFile({
      folder: new LogFolder({ path: folder.path, fileMode: 0o644, folderMode: 0o755 }),
      base: "app",
      settings: () => ({ maxFileBytes: 1_048_576, maxBackups: 5, maxAgeMs: 1e9 }),
      clock,
      onTornLine: () => {},
      onPruneFailure: (_path, error) => {
        throw error;
      },
    });
    const moved: string[] = [];
    return Promise.resolve({
      sender: file,
      item: block,
      async arrived() {
        const present = [...Deno.readDirSync(folder.path)].map(({ name }) => folder.join(name));
        const paths = [...moved, file.path].filter((path) => present.includes(path));
        const texts = await Promise.all(paths.map((path) => Deno.readTextFile(path)));
        return numbersIn(texts.join(""));
      },
      async fail() {
        const to = folder.join(`moved-${moved.length}`);
        if ([...Deno.readDirSync(folder.path)].some(({ name }) => name === "app.log")) {
          await Deno.rename(file.path, to);
          moved.push(to);
        }
        await Deno.mkdir(file.path);
        // The file is checked once a second.
        await clock.advance(1_000);
      },
      recover: () => Deno.remove(file.path),
      [Symbol.asyncDispose]() {
        file.close();
        folder[Symbol.dispose]();
        return Promise.resolve();
      },
    });
  },
});

senderContract({
  name: "STDOUT",
  open() {
    let text = "";
    let state: "works" | "fails" | "hangs" = "works";
    const sender = new StdoutSender({
      write(bytes) {
        if (state === "hangs") return new Promise<number>(() => {});
        const isBroken = state === "fails" && bytes.length < 4;
        if (isBroken) return Promise.reject(new Error("EIO"));
        // A failing stream takes part of the bytes first.
        const part = bytes.subarray(0, state === "fails" ? bytes.length - 3 : bytes.length);
        text += new TextDecoder().decode(part);
        return Promise.resolve(part.length);
      },
    });
    const set = (to: typeof state) => Promise.resolve(void (state = to));
    return Promise.resolve({
      sender,
      item: block,
      arrived: () => Promise.resolve(numbersIn(text)),
      fail: () => set("fails"),
      recover: () => set("works"),
      hang: () => set("hangs"),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    });
  },
});

senderContract<LineBlock>({
  name: "TCP",
  open() {
    const collector = new TcpCollector();
    const sender = new TcpSender({
      target: () => ({ hostname: "127.0.0.1", port: collector.port }),
      clock: systemClock,
    });
    let nextItem: LineBlock | undefined;
    const arrived = () =>
      until("the collector has read everything", () => {
        const text = collector.connections.join("");
        return text.length === sender.sentBytes && numbersIn(text);
      });
    return Promise.resolve({
      sender,
      item(number) {
        const { bytes, used } = block(number);
        return nextItem ?? { data: bytes.subarray(0, used) };
      },
      arrived,
      async fail() {
        await arrived();
        await collector.stop();
        await until("the sender has noticed it", () => !sender.isConnected);
      },
      recover: () => Promise.resolve(collector.start()),
      hang() {
        collector.hold();
        // More than the buffers of the system hold, so that the write has to wait.
        nextItem = { data: new Uint8Array(32 * 1_048_576) };
        return Promise.resolve();
      },
      async [Symbol.asyncDispose]() {
        collector.read();
        await sender.end(AbortSignal.abort());
        await collector[Symbol.asyncDispose]();
      },
    });
  },
});

senderContract({
  name: "KAFKA",
  open() {
    const cluster = new FakeCluster();
    const { client, sender } = openSender(cluster);
    const isDown = Promise.withResolvers<void>();
    return Promise.resolve({
      sender,
      item: (number) => recordBlock(`${number}`, `${number}`, `${number}`),
      arrived: () =>
        Promise.resolve(numbersIn(cluster.values().map((line) => `${line}\n`).join(""))),
      fail() {
        // The first batch is written, but its answer is lost; the next ones do not arrive.
        const lost = Array.from({ length: 10_000 }, () => "lost" as const);
        cluster.answers.push("lost_after_write", ...lost);
        return Promise.resolve();
      },
      recover: () => Promise.resolve(void (cluster.answers.length = 0)),
      hang: () => Promise.resolve(void (cluster.gate = isDown.promise)),
      async [Symbol.asyncDispose]() {
        isDown.resolve();
        await client.close();
      },
    });
  },
});
