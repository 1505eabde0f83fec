import assert from "node:assert/strict";
import { routeFigures, routeLines } from "../../../cim/cli/route_figures.ts";

const metrics = `# HELP cim_route_accepted_total Items handed to the route.
# TYPE cim_route_accepted_total counter
cim_route_accepted_total{route="logs_tcp"} 123456789012
cim_route_accepted_total{route="events"} 10
cim_route_delivered_total{route="logs_tcp"} 123456788012
cim_route_delivered_total{route="events"} 5
cim_route_spooled{route="logs_tcp"} 997
cim_route_spooled{route="events"} 0
cim_route_rejected_total{route="events",reason="record_too_large"} 2
cim_route_dropped_total{route="logs_tcp",reason="spool_full"} 3
cim_route_dropped_total{route="events",reason="malformed"} 2
cim_route_dropped_total{route="events",reason="spool_damaged"} 1
cim_spool_oldest_seconds{queue="logs_tcp"} 754.25
cim_spool_oldest_seconds{queue="events"} 0
cim_dead_letters_total 2
cim_dead_letters_lost_total 1
`;

Deno.test("routeFigures() reads counters by route and reason, and the age only of what waits", () => {
  const { routes, deadLetters, deadLettersLost } = routeFigures(metrics);
  assert.deepEqual(routes, [{
    route: "logs_tcp",
    accepted: 123_456_789_012,
    delivered: 123_456_788_012,
    spooled: 997,
    rejected: {},
    dropped: { spool_full: 3 },
    oldestSeconds: 754.25,
  }, {
    route: "events",
    accepted: 10,
    delivered: 5,
    spooled: 0,
    rejected: { record_too_large: 2 },
    dropped: { malformed: 2, spool_damaged: 1 },
    oldestSeconds: undefined,
  }]);
  assert.deepEqual([deadLetters, deadLettersLost], [2, 1]);
});

Deno.test("routeLines() fits 80 columns, with reasons and dead letters below the table", () => {
  const lines = routeLines(routeFigures(metrics), 80);
  assert.deepEqual(lines, [
    "ROUTE     ACCEPTED   DELIVERED  SPOOLED  REJECTED  DROPPED  OLDEST",
    "logs_tcp  123456.8M  123456.8M  997      0         3        12 min",
    "events    10         5          0        2         3        -",
    "logs_tcp dropped: spool_full 3",
    "events rejected: record_too_large 2",
    "events dropped: malformed 2, spool_damaged 1",
    "dead letters since the start: 2 kept, 1 lost; cim dead-letters ls lists them",
  ]);
  assert(lines.every(({ length }) => length <= 80));
});

Deno.test("routeLines() prints nothing when the agent has no routes", () => {
  assert.deepEqual(routeLines(routeFigures("other_total 1\n"), 80), []);
});
