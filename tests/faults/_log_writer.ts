/**
 * Writes numbered lines to a log route until it is killed: `_log_writer.ts FOLDER FIRST_NUMBER`.
 *
 * @module
 */
import { checkSettings, defaultSettings } from "../../cim/settings/mod.ts";
import { createLogRoute, routeSettings } from "../../cim/logs/mod.ts";
import { buildLogMessage } from "../_support/wire_messages.ts";
import { LogRegistry } from "../../core/mod.ts";

const [folder, first] = Deno.args;
const { route } = createLogRoute({
  folder,
  owner: { podName: "amf-0", namespace: "ns1" },
  settings: routeSettings(checkSettings(defaultSettings()).settings),
  log: new LogRegistry().logger("logs"),
});
const room = { wake: () => {} };
route.attach({ pause() {}, resume: () => room.wake() });
for (let number = Number(first);; number++) {
  const payload = `${number} ${"x".repeat(number % 200)}`;
  const message = buildLogMessage({ containerId: "c1", containerName: "amf", payload });
  route.accept(message, 0, message.length);
  if (number % 100 !== 0) continue;
  route.endOfChunk();
  if (route.isPaused) await new Promise<void>((resolve) => room.wake = resolve);
  else await new Promise((resolve) => setTimeout(resolve, 0));
}
