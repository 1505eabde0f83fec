/**
 * One aligned time with 10,000 series: reading what the source said and storing it, and printing the stored times for
 * a scrape.
 *
 * @module
 */
import process from "node:process";
import {
  type Bucket,
  BucketStore,
  readExposition,
  renderBuckets,
  SeriesTable,
} from "../../cim/aligned_metrics/mod.ts";
import { systemClock } from "../../core/mod.ts";
import type { BenchReporter } from "./_reporter.ts";

const seriesCount = 10_000;
const runs = 9;
const maxBuckets = 10;

/** Measures CPU time, so that what else runs on the machine counts less. */
export function run(report: BenchReporter): void {
  const table = new SeriesTable();
  const store = new BucketStore(table, {
    ...{ maxBuckets, maxSamples: 200_000, maxBytes: 2 ** 25, graceMs: 0 },
  }, systemClock);
  const ticks = Array.from({ length: runs }, (_, tick) => {
    const text = sourceText(tick);
    return cpuMs(() => store.add(bucketOf(table, text, tick)));
  });
  // The first ones create the series and warm up.
  report.record({ case: "one tick", metric: "cpu_ms", unit: "ms" }, ticks.slice(3), {
    name: "aim",
    value: 20,
  });
  const buckets = store.read();
  for (const format of ["text", "openmetrics"] as const) {
    let bytes = 0;
    const rendered = Array.from(
      { length: runs },
      () => cpuMs(() => bytes += renderBuckets(buckets.slice(-1), { format, version: "0" }).length),
    );
    if (bytes === 0) throw new Error("nothing was printed");
    report.record(
      { case: `print one time, ${format}`, metric: "cpu_ms", unit: "ms" },
      rendered.slice(3),
    );
  }
}

function bucketOf(table: SeriesTable, text: string, tick: number): Bucket {
  const scrape = table.scrape("9000", Infinity);
  readExposition(text, scrape);
  const { series, values } = scrape.end();
  return {
    timeMs: tick * 60_000,
    series,
    values: Float64Array.from(values),
    ...{ skipped: 0, jumpMs: 0, isComplete: true },
  };
}

/** 100 families of 100 series each. */
function sourceText(tick: number): string {
  const lines: string[] = [];
  for (let family = 0; family < seriesCount / 100; family++) {
    const name = `app_family_${family}_total`;
    lines.push(`# HELP ${name} Family ${family}.`, `# TYPE ${name} counter`);
    for (let series = 0; series < 100; series++) {
      lines.push(
        `${name}{code="${200 + series}",method="GET",path="/items"} ${series * tick + 0.5}`,
      );
    }
  }
  return `${lines.join("\n")}\n`;
}

function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
