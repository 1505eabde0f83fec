/**
 * The spool with durability `process`: append, append beside a consumer that keeps up, and read after a restart,
 * beside a plain sequential write and read of the same blocks; and the start with 10 GB in sparse segments.
 *
 * @module
 */
import { Spool, type SpoolQueue } from "../../core/spool/mod.ts";
import { headerBytes, preamble, segmentName, trailer } from "../../core/spool/_format.ts";
import type { BenchReporter } from "./_reporter.ts";

const runs = 5;
const blockBytes = 256 * 1024;
const blocks = 1_024;
const megabytes = blockBytes * blocks / 1e6;
const never = new AbortController().signal;

/** Measures. */
export async function run(report: BenchReporter): Promise<void> {
  const block = crypto.getRandomValues(new Uint8Array(65_536));
  const data = new Uint8Array(blockBytes).map((_, at) => block[at & 65_535]);
  const rates = { write: [] as number[], append: [] as number[], through: [] as number[] };
  const reads = { plain: [] as number[], spool: [] as number[] };
  for (let round = 0; round <= runs; round++) {
    const folder = await Deno.makeTempDir({ prefix: "cim-bench-spool-" });
    try {
      const write = await rate(() => writePlain(`${folder}/plain`, data));
      const plain = await rate(() => readPlain(`${folder}/plain`));
      const append = await rate(() => withSpool(`${folder}/spool`, (queue) => fill(queue, data)));
      const spool = await rate(() => withSpool(`${folder}/spool`, drain));
      const through = await rate(() =>
        withSpool(`${folder}/through`, (queue) => Promise.all([fill(queue, data), drain(queue)]))
      );
      // The first round warms up.
      if (round === 0) continue;
      rates.write.push(write);
      rates.append.push(append);
      rates.through.push(through);
      reads.plain.push(plain);
      reads.spool.push(spool);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
  const unit = { metric: "rate", unit: "MB/s" };
  const write = report.record({ ...unit, case: "plain write, 256 KiB" }, rates.write);
  const read = report.record({ ...unit, case: "plain read, 256 KiB" }, reads.plain);
  report.record({ ...unit, case: "append" }, rates.append, { name: "plain write", value: write });
  report.record({ ...unit, case: "append and take from memory" }, rates.through, {
    name: "plain write",
    value: write,
  });
  report.record({ ...unit, case: "read after a restart" }, reads.spool, {
    name: "plain read",
    value: read,
  });
  await openLarge(report);
}

async function rate(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return megabytes / ((performance.now() - start) / 1_000);
}

async function withSpool(folder: string, work: (queue: SpoolQueue) => Promise<unknown>) {
  await using spool = await Spool.open({ folder, maxBytes: "8GiB" });
  await work(spool.queue("bench"));
}

/** Two blocks under way, so that the next one is copied while one is written. */
async function fill(queue: SpoolQueue, data: Uint8Array): Promise<void> {
  let previous: Promise<unknown> = Promise.resolve();
  for (let at = 0; at < blocks; at++) {
    const next = queue.append(data, 1);
    await previous;
    previous = next;
  }
  await previous;
}

async function drain(queue: SpoolQueue): Promise<void> {
  for (let at = 0; at < blocks; at++) {
    const block = await queue.take(never);
    if (block?.data.length !== blockBytes) throw new Error("The spool returned another block");
    queue.settle(block);
  }
}

async function writePlain(path: string, data: Uint8Array): Promise<void> {
  using file = await Deno.open(path, { write: true, create: true });
  for (let at = 0; at < blocks; at++) {
    for (let done = 0; done < data.length;) done += await file.write(data.subarray(done));
  }
}

async function readPlain(path: string): Promise<void> {
  using file = await Deno.open(path);
  for (let at = 0; at < blocks; at++) {
    const target = new Uint8Array(blockBytes);
    for (let done = 0; done < target.length;) done += await file.read(target.subarray(done)) ?? 0;
  }
}

/** Time and memory to open 640 segments of 16 MiB. */
async function openLarge(report: BenchReporter): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "cim-bench-spool-" });
  try {
    const segmentBytes = 16 * 1024 * 1024;
    const count = 640;
    await Deno.mkdir(`${folder}/bench`);
    for (let at = 0; at < count; at++) {
      const first = 1 + at * 1_000;
      using file = await Deno.open(`${folder}/bench/${segmentName(first, at)}`, {
        write: true,
        create: true,
      });
      await file.write(preamble);
      await file.seek(segmentBytes - headerBytes, Deno.SeekMode.Start);
      await file.write(trailer(at, first + 1_000, Date.now()));
    }
    const times: number[] = [];
    const memory: number[] = [];
    for (let round = 0; round < runs; round++) {
      const before = Deno.memoryUsage().rss;
      const start = performance.now();
      const spool = await Spool.open({ folder, maxBytes: "20GiB" });
      times.push(performance.now() - start);
      memory.push(Math.max(0, Deno.memoryUsage().rss - before) / 2 ** 20);
      const { inherited } = spool.queue("bench");
      await spool.close();
      if (inherited !== count * 1_000) throw new Error(`The spool found ${inherited} records`);
    }
    report.record({ case: "open 10 GB", metric: "time", unit: "ms" }, times, {
      name: "aim",
      value: 1_000,
    });
    report.record({ case: "open 10 GB", metric: "memory", unit: "MiB" }, memory);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
