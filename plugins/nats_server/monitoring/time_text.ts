/**
 * Durations in the format of nats-server's monitoring.
 *
 * @module
 */

/** Formats whole seconds like `1d2h3m4s`, beginning with the largest unit that is not 0. */
export function uptimeText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const parts = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3_600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  const first = parts.findIndex((part) => part > 0);
  const units = ["d", "h", "m"];
  const large = first < 0
    ? ""
    : parts.slice(first).map((part, i) => `${part}${units[first + i]}`).join("");
  return `${large}${seconds % 60}s`;
}

/** Formats a duration below a minute as Go does: `1.5s`, `2.25ms`, `250µs`. */
export function goDuration(ms: number): string {
  const short = (value: number) => String(Number(value.toFixed(6)));
  if (ms >= 1_000) return `${short(ms / 1_000)}s`;
  if (ms >= 1) return `${short(ms)}ms`;
  return `${short(Math.round(ms * 1e6) / 1_000)}µs`;
}
