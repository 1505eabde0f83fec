/**
 * The figures of routes from the metrics of the agent, and their layout.
 *
 * @module
 */
import { span, table, wrap } from "./text.ts";

/** What became of the items of one route. */
export interface RouteFigures {
  readonly route: string;
  readonly accepted: number;
  readonly delivered: number;
  readonly spooled: number;
  /** Refused by the destination, by reason. */
  readonly rejected: Readonly<Record<string, number>>;
  /** Dropped by the route, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Age of the oldest item in the spool; undefined when none waits there. */
  readonly oldestSeconds: number | undefined;
}

/** The figures of all routes and of the dead letters. */
export interface AllFigures {
  readonly routes: readonly RouteFigures[];
  /** Records kept as dead letters since the start of the agent. */
  readonly deadLetters: number;
  /** Refused records that could not be kept. */
  readonly deadLettersLost: number;
}

interface Line {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Reads the figures from metrics in the text format of Prometheus. */
export function routeFigures(text: string): AllFigures {
  const lines = text.split("\n").flatMap(parseLine);
  const all = (name: string) => lines.filter((line) => line.name === name);
  const sum = (found: readonly Line[]) => found.reduce((total, { value }) => total + value, 0);
  const of = (name: string, route: string) =>
    all(`cim_route_${name}`).filter(({ labels }) => labels.route === route);
  const byReason = (name: string, route: string) =>
    Object.fromEntries(
      of(name, route).filter(({ value }) => value > 0)
        .map(({ labels, value }) => [labels.reason, value]),
    );
  return {
    routes: all("cim_route_accepted_total").map(({ labels: { route }, value }) => {
      const spooled = sum(of("spooled", route));
      const oldest = all("cim_spool_oldest_seconds").find(({ labels }) => labels.queue === route);
      return {
        route,
        accepted: value,
        delivered: sum(of("delivered_total", route)),
        spooled,
        rejected: byReason("rejected_total", route),
        dropped: byReason("dropped_total", route),
        oldestSeconds: spooled > 0 ? oldest?.value : undefined,
      };
    }),
    deadLetters: sum(all("cim_dead_letters_total")),
    deadLettersLost: sum(all("cim_dead_letters_lost_total")),
  };
}

/** The figures as lines of at most `width` columns, 80 or more; none when there are no routes. */
export function routeLines(figures: AllFigures, width: number): string[] {
  const { routes, deadLetters, deadLettersLost } = figures;
  if (routes.length === 0) return [];
  const rows = routes.map(({ route, accepted, delivered, spooled, rejected, dropped, ...rest }) => [
    route,
    ...[accepted, delivered, spooled, total(rejected), total(dropped)].map(count),
    rest.oldestSeconds === undefined ? "-" : span(rest.oldestSeconds),
  ]);
  const head = ["ROUTE", "ACCEPTED", "DELIVERED", "SPOOLED", "REJECTED", "DROPPED", "OLDEST"];
  const reasons = routes.flatMap(({ route, rejected, dropped }) => [
    ...reasonLines(`${route} rejected`, rejected, width),
    ...reasonLines(`${route} dropped`, dropped, width),
  ]);
  const letters = deadLetters + deadLettersLost === 0 ? [] : wrap(
    `dead letters since the start: ${count(deadLetters)} kept, ${count(deadLettersLost)} lost; ` +
      "cim dead-letters ls lists them",
    width,
    2,
  );
  return [...table([head, ...rows]), ...reasons, ...letters];
}

function reasonLines(
  title: string,
  reasons: Readonly<Record<string, number>>,
  width: number,
): string[] {
  const parts = Object.entries(reasons).map(([reason, value]) => `${reason} ${count(value)}`);
  return parts.length === 0 ? [] : wrap(`${title}: ${parts.join(", ")}`, width, 2);
}

function parseLine(text: string): Line[] {
  const [, name, labelText = "", value] = /^(\w+)(?:\{(.*)\})? ([^ ]+)/.exec(text) ?? [];
  if (name === undefined) return [];
  const labels = Object.fromEntries(
    [...labelText.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label, content]) => [
      label,
      content,
    ]),
  );
  return [{ name, labels, value: Number(value) }];
}

function total(reasons: Readonly<Record<string, number>>): number {
  return Object.values(reasons).reduce((sum, value) => sum + value, 0);
}

/** Exact up to a million, then in millions, so that a row fits a terminal. */
function count(value: number): string {
  return value < 1_000_000 ? `${value}` : `${(value / 1_000_000).toFixed(1)}M`;
}
