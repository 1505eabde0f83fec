import type { CommandLine } from "./command_line.ts";
import { exitCode } from "./exit_code.ts";

/** Adds `cim events`. */
export function addEventsCommands(line: CommandLine): void {
  const group = line.add("events", "What the agent knows about events.");
  line.add("definitions", "Print the event definition catalogue as JSON.", group)
    .note("It is the content of eventdef-cim.json for the ConfigMap <service>-eventdef-cfg.")
    .action(() =>
      line.choose(async () => {
        const { eventDefinitions } = await import("../events/mod.ts");
        line.io.out(JSON.stringify(eventDefinitions, undefined, 2));
        return exitCode.fine;
      })
    );
}
