import assert from "node:assert/strict";
import { tempDir } from "../_support/temp_dir.ts";
import { until } from "../_support/until.ts";
import { freePort } from "./_agent.ts";
import { isBinary } from "./_program.ts";

const root = new URL("../../", import.meta.url).pathname;

/** Runs a command in a pseudo-terminal, presses Ctrl-C when `begun` was printed, and prints all output. */
const terminal = `
import os, pty, select, sys, time
begun, command = sys.argv[1].encode(), sys.argv[2:]
pid, fd = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
output, pressed, end = b"", False, time.time() + 60
while time.time() < end:
    if select.select([fd], [], [], 0.1)[0]:
        try:
            chunk = os.read(fd, 65536)
        except OSError:
            break
        if not chunk:
            break
        output += chunk
    if not pressed and begun in output:
        os.write(fd, b"\\x03")
        pressed = True
else:
    os.kill(pid, 9)
_, status = os.waitpid(pid, 0)
sys.stdout.buffer.write(output)
sys.exit(os.waitstatus_to_exitcode(status) if pressed else 99)
`;

const ignore = isBinary || !await hasPython();

async function hasPython(): Promise<boolean> {
  try {
    return (await new Deno.Command("python3", { args: ["--version"], stdout: "null" }).output())
      .success;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    // A test file has no logger; this one line says what was left out.
    // deno-lint-ignore no-console
    console.log("left out, needs python3: Ctrl-C in a terminal");
    return false;
  }
}

/** Environment of an agent with free ports in a folder. */
function environment(folder: string, rest = freePort()): Record<string, string> {
  return {
    NO_COLOR: "1",
    CIM_REST_PORT: `${rest}`,
    CIM_NATS_PORT: `${freePort()}`,
    CIM_PATHS_CONF: `${folder}/conf`,
    CIM_PATHS_CONFIG: `${folder}/config`,
    CIM_PATHS_LOGS: `${folder}/logs`,
    CIM_PATHS_DATA: `${folder}/data`,
  };
}

Deno.test({
  name: "Ctrl-C on deno task start, which reaches the agent twice, stops it in order",
  ignore,
  async fn() {
    using folder = tempDir();
    const { code, stdout } = await new Deno.Command("python3", {
      args: ["-c", terminal, "Started", Deno.execPath(), "task", "start"],
      cwd: root,
      env: environment(folder.path),
    }).output();
    const output = new TextDecoder().decode(stdout);
    assert.match(output, /cim Stopping \{"reason":"SIGINT"\}/);
    assert.match(output, /cim Stopped /);
    assert.doesNotMatch(output, /second signal/);
    assert.notEqual(code, 99, output);
  },
});

Deno.test({
  name: "cim run stops in order when the deno task that started it is killed",
  ignore: isBinary,
  async fn() {
    using folder = tempDir();
    const port = freePort();
    const task = new Deno.Command(Deno.execPath(), {
      args: ["task", "start"],
      cwd: root,
      env: environment(folder.path, port),
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    // The agent inherits standard error, so the text ends when the agent has ended.
    const errors = new Response(task.stderr).text();
    await until("the agent", async () => {
      const response = await fetch(`http://127.0.0.1:${port}/liveness`);
      await response.body?.cancel();
      return response.ok;
    }, { retryErrors: true });
    task.kill("SIGKILL");
    await task.status;
    const log = await errors;
    assert.match(log, /cim Stopping \{"reason":"the parent process ended"\}/);
    assert.match(log, /cim Stopped /);
  },
});
