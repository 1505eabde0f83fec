import assert from "node:assert/strict";
import { eventDefinitions, ownEventNames } from "../../../cim/events/mod.ts";
import { product } from "../_product.ts";

const members = [
  "eventType",
  "perceivedSeverity",
  "probableCause",
  "specificProblem",
  "rootCauseIndicator",
  "trendIndication",
  "correlatedNotifications",
  "additionalText",
  "proposedRepairAction",
];

Deno.test("8.4 eventDefinitions has every event that the agent raises, and those of the application that it acts on", () => {
  const special = ["Configured", "NotConfigured", "ShutdownSuccess", "ShutdownFailure"];
  assert.deepEqual(
    Object.keys(eventDefinitions.events).sort(),
    [...ownEventNames, ...special].sort(),
  );
});

Deno.test("8.4 eventDefinitions gives each event nine texts, with class and severity of the contract", () => {
  const classes = Object.entries(eventDefinitions.events).map(([name, definition]) => {
    assert.deepEqual(Object.keys(definition), members, name);
    assert(Object.values(definition).every((value) => typeof value === "string"), name);
    return [name, definition.eventType, definition.perceivedSeverity];
  });
  assert.deepEqual(classes, [
    ["CimConnectEtcdFailure", "COMMUNICATION", "CRITICAL"],
    ["LmaasTCPFailure", "COMMUNICATION", "MAJOR"],
    ["CimCommitConfigSuccess", "COMMIT_CONFIG", "INFO"],
    ["CimCommitConfigFailure", "COMMIT_CONFIG", "MAJOR"],
    ["CimConfigUpdateSuccess", "CONFIG_UPDATE", "INFO"],
    ["CimConfigUpdateFailure", "CONFIG_UPDATE", "MAJOR"],
    ["CimConfigUpdateUnused", "CONFIG_UPDATE", "INFO"],
    ["Configured", "CONFIGURATION", "INFO"],
    ["NotConfigured", "CONFIGURATION", "INFO"],
    ["ShutdownSuccess", "SHUTDOWN", "INFO"],
    ["ShutdownFailure", "SHUTDOWN", "MAJOR"],
    ["ApplicationShutdownInitiated", "SHUTDOWN", "INFO"],
    ["LoadConfigRequestFailure", "LOADCONFIG", "MAJOR"],
  ]);
});

Deno.test("events() gives out the catalogue at /api/v1/events/definitions", async () => {
  await using cim = await product();
  const response = await fetch(`${cim.url}/api/v1/events/definitions`);
  assert.deepEqual(await response.json(), eventDefinitions);
});
