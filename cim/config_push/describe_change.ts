import type { ChangeRecord } from "./change_record.ts";

/** A record for people and programs outside: times in ISO 8601, members without a value left out. */
export function describeChange(record: ChangeRecord): Record<string, unknown> {
  const { seenAt, pushedAt, settledAt, committedAt, ...rest } = record;
  const times = { seenAt, pushedAt, settledAt, committedAt };
  const shown = Object.entries(times).map(([name, time]) => [name, isoTime(time)]);
  return { ...rest, ...Object.fromEntries(shown) };
}

function isoTime(time: number | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString();
}
