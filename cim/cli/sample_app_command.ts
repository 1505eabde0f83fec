import type { CommandLine } from "./command_line.ts";
import { exitCode } from "./exit_code.ts";

/** Adds the hidden command with which `cim demo` starts the sample application. */
export function addSampleAppCommand(line: CommandLine): void {
  line.addHidden("sample-app").action(() =>
    line.choose(async () => {
      const { readSettings, runSampleApp } = await import("../../examples/sample_app/mod.ts");
      const { env, stop, out } = line.io;
      await runSampleApp(readSettings(env), { signal: stop, say: out });
      return exitCode.fine;
    })
  );
}
