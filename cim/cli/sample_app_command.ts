import { readSettings, runSampleApp } from "../../examples/sample_app/mod.ts";
import { exitCode } from "./exit_code.ts";
import type { CliIo } from "./io.ts";

/** Runs the sample application in this process: the demo's second process where there is only one binary. */
export async function sampleAppCommand(io: CliIo): Promise<number> {
  await runSampleApp(readSettings(io.env), { signal: io.stop, say: io.out });
  return exitCode.fine;
}
