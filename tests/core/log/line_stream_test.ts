import assert from "node:assert/strict";
import { deadline } from "../../../core/async/mod.ts";
import { describeError } from "../../../core/errors/mod.ts";
import { LineStream, type LineStreamHealth } from "../../../core/log/mod.ts";
import { manualClock } from "../../../core/testing/mod.ts";

/** A stream that writes, fails or blocks as the test says. */
class Target {
  text = "";
  failure: Error | undefined;
  writes = 0;
  /** Bytes that one call takes at most. */
  step = Infinity;
  #blocked: PromiseWithResolvers<void> | undefined;

  block(): void {
    this.#blocked = Promise.withResolvers();
  }

  unblock(): void {
    this.#blocked?.resolve();
    this.#blocked = undefined;
  }

  async write(bytes: Uint8Array): Promise<number> {
    this.writes++;
    await this.#blocked?.promise;
    if (this.failure) throw this.failure;
    const part = bytes.subarray(0, this.step);
    this.text += new TextDecoder().decode(part);
    return part.length;
  }
}

function setUp(capacity?: number) {
  const target = new Target();
  const clock = manualClock();
  const health: LineStreamHealth[] = [];
  const stream = new LineStream(target, { clock, ...(capacity && { capacity }) });
  stream.onHealth((change) => health.push(change));
  return { target, clock, health, stream };
}

Deno.test("LineStream writes lines in order, those of one turn together", async () => {
  const { target, stream } = setUp();
  stream.write("a");
  stream.write("b");
  assert.equal(await stream.flush("1s"), true);
  stream.write("c");
  await stream.flush("1s");
  assert.deepEqual([target.text, target.writes, stream.dropped], ["a\nb\nc\n", 2, 0]);
});

Deno.test("LineStream writes all bytes when the stream takes few at a time", async () => {
  const { target, stream } = setUp();
  target.step = 2;
  stream.write("hello");
  await stream.flush("1s");
  assert.equal(target.text, "hello\n");
});

Deno.test("LineStream drops and counts new lines when the reader has stopped and the buffer is full", async () => {
  const { target, clock, health, stream } = setUp(4);
  target.block();
  stream.write("a");
  await clock.advance(0);
  for (const line of ["b", "c", "d", "e"]) stream.write(line);
  assert.equal(stream.dropped, 2);
  const [full] = health;
  assert.equal(full.state, "failing");
  assert.match(
    describeError((full as { error: unknown }).error),
    /^4 wait and the reader does not read; lines are dropped$/,
  );
  const flushed = stream.flush("1s");
  await clock.advance(1_000);
  assert.equal(await flushed, false);
  target.unblock();
  await stream.flush("1s");
  assert.equal(target.text, "a\nb\nc\n");
  assert.deepEqual(health, [full, { state: "ok", dropped: 2 }]);
});

Deno.test("LineStream counts the lines of a failed write, and recovers after the retry delay", async () => {
  const { target, clock, health, stream } = setUp();
  const full = target.failure = new Error("no space left on device");
  stream.write("a");
  stream.write("b");
  await stream.flush("1s");
  assert.deepEqual([stream.dropped, health], [2, [{ state: "failing", error: full }]]);
  stream.write("c");
  await clock.advance(999);
  assert.equal(target.writes, 1);
  await clock.advance(1);
  assert.deepEqual([target.writes, stream.dropped], [2, 3]);
  target.failure = undefined;
  stream.write("d");
  await clock.advance(1_000);
  assert.deepEqual([target.text, stream.dropped], ["d\n", 3]);
  assert.deepEqual(health.slice(1), [{ state: "ok", dropped: 3 }]);
});

Deno.test("LineStream leaves no timer behind when the stream fails", async () => {
  const { target, clock, stream } = setUp();
  target.failure = new Error("broken pipe");
  stream.write("a");
  await stream.flush("1s");
  assert.equal(clock.pending, 0);
});

for (const options of [{ capacity: 0 }, { capacity: NaN }, { retryDelay: -1 }]) {
  Deno.test(`LineStream refuses ${Deno.inspect(options)}`, () => {
    assert.throws(() => new LineStream(new Target(), options), RangeError);
  });
}

const entry = new URL("../../../core/mod.ts", import.meta.url);

/** A program that logs many lines to standard error, and reports on standard output what became of it. */
const program = `
  import { consoleSink, LineStream, LogRegistry } from "${entry}";
  const stream = new LineStream(Deno.stderr);
  const logs = new LogRegistry({ sinks: [consoleSink("text", (line) => stream.write(line))] });
  const logger = logs.logger("a");
  for (let at = 0; at < 20_000; at++) logger.info("line " + at + " ".repeat(200));
  await stream.flush(500);
  console.log(JSON.stringify({ dropped: stream.dropped }));
  Deno.exit(0);`;

const broken: [name: string, redirection: string, hasDrops: boolean][] = [
  ["on a full disk", "2>/dev/full", true],
  ["that is closed", "2>&-", false],
  ["a pipe whose reader has ended", "2> >(true)", true],
];
for (const [name, redirection, hasDrops] of broken) {
  Deno.test(`logging does not fail or delay the program with a standard error ${name}`, async () => {
    const { code, stdout } = await new Deno.Command("bash", {
      args: [
        "-c",
        `exec "$0" eval --no-lock --ext=ts "$1" ${redirection}`,
        Deno.execPath(),
        program,
      ],
      stdout: "piped",
      stderr: "null",
    }).output();
    const text = new TextDecoder().decode(stdout);
    assert.equal(code, 0, text);
    const { dropped } = JSON.parse(text) as { dropped: number };
    if (hasDrops) assert(dropped > 0, `${dropped} lines dropped`);
  });
}

Deno.test("logging does not delay the program when its standard error is a pipe that is not read", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-lock", "--ext=ts", program],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  try {
    const text = await deadline(() => new Response(child.stdout).text(), 30_000, {
      action: "run the program",
    });
    assert(JSON.parse(text).dropped > 0, text);
    assert.equal((await child.status).code, 0);
  } finally {
    await child.stderr.cancel();
  }
});
