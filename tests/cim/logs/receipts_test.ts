import assert from "node:assert/strict";
import { Spool, type SpoolQueue, systemClock } from "../../../core/mod.ts";
import { TcpCollector } from "../../_support/tcp_collector.ts";
import { tempDir } from "../../_support/temp_dir.ts";
import { buildLogMessage } from "../../_support/wire_messages.ts";
import { type Fixture, fixture, type FixtureOptions, until } from "./_fixture.ts";

const file = "amf-0_ns1_amf-c1.log";

interface WithReceipts extends Fixture {
  /** Answers as `reply text`. */
  readonly answers: string[];
  /** Sends a line that asks for a receipt at `reply`. */
  ask(payload: string, reply: string): void;
}

function withReceipts(options: FixtureOptions = {}): WithReceipts {
  const answers: string[] = [];
  const route = fixture({
    publish: (subject, payload) => {
      answers.push(`${subject} ${new TextDecoder().decode(payload)}`);
    },
    ...options,
  });
  return {
    ...route,
    answers,
    ask(payload, reply) {
      const bytes = buildLogMessage({ containerId: "c1", containerName: "amf", payload });
      route.route.accept(bytes, 0, bytes.length, reply);
      route.route.endOfChunk();
    },
  };
}

Deno.test("a line with a reply subject is acknowledged once it is in its file, without waiting for the timer", async () => {
  await using at = withReceipts({ lmaas: { flush_timeout: 30 } });
  at.send("amf", "c1", "quiet");
  at.ask("one", "a");
  assert.deepEqual([at.answers, at.text(file)], [[], ""]);
  await at.clock.advance(10);
  await until("the answer", () => at.answers.length === 1);
  assert.equal(at.text(file), "quiet\none\n");
  assert.deepEqual(at.answers, ["a +ACK 2"]);
  at.ask("two", "b");
  at.ask("three", "c");
  await at.clock.advance(10);
  await until("the answers", () => at.answers.length === 3);
  assert.deepEqual(at.answers.slice(1), ["b +ACK 3", "c +ACK 4"]);
  assert.equal(at.route.receipts.acked, 3);
});

Deno.test("a line without a reply subject gets no answer", async () => {
  await using at = withReceipts();
  at.ask("one", "");
  await at.route.flush();
  assert.deepEqual([at.answers, at.text(file)], [[], "one\n"]);
});

Deno.test("a line for two destinations is acknowledged when both have it", async () => {
  const gate = Promise.withResolvers<void>();
  await using at = withReceipts({
    lmaas: { logging_mode: "FILEANDSTDOUT" },
    stdout: {
      async write(bytes) {
        await gate.promise;
        return bytes.length;
      },
    },
  });
  at.ask("one", "a");
  await at.clock.advance(10);
  await until("the file has the line", () => at.text(file) === "one\n");
  assert.deepEqual(at.answers, []);
  gate.resolve();
  await until("the answer", () => at.answers.length === 1);
  assert.deepEqual(at.answers, ["a +ACK 1"]);
});

Deno.test("a line that the standard output refuses is refused with the reason of the book", async () => {
  await using at = withReceipts({
    lmaas: { logging_mode: "STDOUT" },
    stdout: { write: () => Promise.reject(new Deno.errors.BrokenPipe("closed")) },
  });
  at.ask("one", "a");
  await until("the answer", () => at.answers.length === 1);
  assert.deepEqual(at.answers, ["a -ERR stdout_closed"]);
  assert.equal(at.stdout.book.rejected.get("stdout_closed"), 1);
});

Deno.test("a malformed message with a reply subject is refused", async () => {
  await using at = withReceipts();
  at.route.accept(Uint8Array.of(1, 2, 3), 0, 3, "a");
  at.route.accept(Uint8Array.of(1, 2, 3), 0, 3);
  assert.deepEqual(at.answers, ["a -ERR malformed"]);
});

Deno.test("a line that fills the buffer gets its receipt, and one without room is refused", async () => {
  using folder = tempDir();
  const blocked = folder.join("logs");
  await Deno.writeTextFile(blocked, "a file where the folder should be");
  await using at = withReceipts({
    folder: blocked,
    maxBufferedBytes: 65_536,
    whenFull: "drop_newest",
  });
  at.ask("x".repeat(70_000), "a");
  await until("writing fails", () => at.route.telemetry.writeFailures > 0);
  at.ask("x", "b");
  assert.deepEqual(at.answers, ["b -ERR overflow"]);
  await Deno.remove(blocked);
  await until("the answer", async () => {
    await at.clock.advance(2_000);
    return at.answers.length === 2;
  });
  assert.deepEqual(at.answers, ["b -ERR overflow", "a +ACK 1"]);
});

Deno.test("lines that cannot be written before the stop are refused", async () => {
  using folder = tempDir();
  const blocked = folder.join("logs");
  await Deno.writeTextFile(blocked, "a file where the folder should be");
  await using at = withReceipts({ folder: blocked });
  at.ask("one", "a");
  await at.route.close(AbortSignal.abort());
  assert.deepEqual(at.answers, ["a -ERR unwritten_at_stop"]);
});

/** A route to a collector over a spool on disk. */
async function withSpool(folder: string, { isDurable = true, canResend = true } = {}) {
  const spool = await Spool.open({ folder });
  const queue = spool.queue("logs_tcp");
  const collector = new TcpCollector();
  const target = { hostname: "127.0.0.1", port: collector.port };
  const route = withReceipts({
    clock: systemClock,
    lmaas: { logging_mode: "TCP" },
    isRaw: true,
    tcp: { target: () => target, queue, isDurable, canResend, resendMs: 0 },
  });
  const stop = new AbortController();
  const running = route.route.run(stop.signal);
  return {
    ...route,
    queue,
    collector,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
      await route[Symbol.asyncDispose]();
      await collector[Symbol.asyncDispose]();
      await spool.close();
    },
  };
}

Deno.test("a line for TCP is acknowledged in order with its position once it is in the spool, while the collector is down", async () => {
  using folder = tempDir();
  await using at = await withSpool(folder.path);
  await at.collector.stop();
  for (let number = 1; number <= 50; number++) at.ask(`${number}`, `r${number}`);
  await until("the answers", () => at.answers.length === 50);
  const expected = Array.from({ length: 50 }, (_, index) => `r${index + 1} +ACK ${index + 1}`);
  assert.deepEqual(at.answers, expected);
  assert.equal(at.queue.records, 50);
});

Deno.test("a line for TCP is acknowledged by the collector when the spool does not survive the process", async () => {
  using folder = tempDir();
  await using at = await withSpool(folder.path, { isDurable: false });
  await at.collector.stop();
  at.ask("1", "a");
  await until("sending fails", () => at.route.telemetry.outages === 1);
  assert.deepEqual(at.answers, []);
  at.collector.start();
  await until("the answer", () => at.answers.length === 1);
  assert.deepEqual([at.answers, at.collector.lines], [["a +ACK 1"], ["1"]]);
});

Deno.test("a line that goes to a file because the collector is down is acknowledged with its number there", async () => {
  using folder = tempDir();
  await using at = await withSpool(folder.path, { canResend: false });
  await at.collector.stop();
  at.ask("1", "a");
  await until("sending fails", () => at.route.telemetry.outages === 1);
  at.ask("2", "b");
  await until("the answer", () => at.answers.length === 2);
  assert.deepEqual(at.answers, ["a +ACK 1", "b +ACK 1"]);
  assert.equal(at.text(file), "2\n");
});

Deno.test("a line that the spool does not take is refused, and one that it gives up counts as lost", async () => {
  using folder = tempDir();
  await using at = await withSpool(folder.path);
  const { append } = at.queue;
  const original = append.bind(at.queue);
  at.queue.append = () => Promise.resolve({ status: "dropped", reason: "spool_full" });
  at.ask("1", "a");
  await until("the answer", () => at.answers.length === 1);
  at.queue.append = async (...block): Promise<Awaited<ReturnType<SpoolQueue["append"]>>> => {
    const result = await original(...block);
    return result.status === "stored" ? { ...result, isDurable: false } : result;
  };
  Object.defineProperty(at.queue, "durableEnd", { value: 0 });
  await at.collector.stop();
  at.ask("2", "b");
  await until("the line is stored", () => at.tcp!.lines.book.spooled === 1);
  at.tcp!.lines.lose(0, "spool_full");
  assert.deepEqual(at.answers, ["a -ERR spool_full", "b -ERR lost"]);
});

Deno.test("a line that waits in memory when the agent stops is refused", async () => {
  await using at = withReceipts({
    clock: systemClock,
    lmaas: { logging_mode: "TCP" },
    tcp: { target: () => Promise.reject(new TypeError("no collector")) },
  });
  at.ask("1", "a");
  await until("the line is stored", () => at.tcp!.lines.book.spooled === 1);
  await at.route.close(AbortSignal.timeout(200));
  assert.deepEqual(at.answers, ["a -ERR stopping"]);
});
