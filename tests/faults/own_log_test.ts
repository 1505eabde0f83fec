import assert from "node:assert/strict";
import { deadline } from "../../core/mod.ts";
import { tempDir } from "../_support/temp_dir.ts";
import { until } from "../_support/until.ts";

const root = new URL("../../", import.meta.url).pathname;

/** Shell code that gives the agent a standard error that takes nothing. */
const redirections: readonly [name: string, setUp: string, redirection: string][] = [
  ["a full disk", "true", "2>/dev/full"],
  ["closed", "true", "2>&-"],
  // The shell fills the pipe; both of its ends stay open, and nothing reads.
  [
    "a pipe that nobody reads",
    'mkfifo "$F" && exec 3<>"$F" && head -c 65536 /dev/zero >&3',
    "2>&3",
  ],
];

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

for (const [name, setUp, redirection] of redirections) {
  Deno.test(`the agent starts, serves and stops when its standard error is ${name}`, async () => {
    using temp = tempDir();
    const folder = temp.path;
    const [rest, nats] = [freePort(), freePort()];
    const sets = [
      `rest.port=${rest}`,
      `nats.port=${nats}`,
      "own_log.level=debug",
      "shutdown.grace=2s",
      ...["conf", "config", "logs", "data"].map((path) => `paths.${path}=${folder}/${path}`),
      `identity.podinfo=${folder}`,
    ].map((set) => `--set=${set}`);
    const run = `exec "$0" run --no-lock -A "${root}main.ts" run "$@" ${redirection}`;
    const child = new Deno.Command("bash", {
      args: ["-c", `${setUp} && ${run}`, Deno.execPath(), ...sets],
      env: { F: `${folder}/stderr` },
      stdout: "null",
      stderr: "null",
    }).spawn();
    try {
      await until("the agent answers", async () => {
        const answer = await fetch(`http://127.0.0.1:${rest}/api/v1/status`).catch(() => undefined);
        await answer?.body?.cancel();
        return answer?.ok;
      });
      child.kill("SIGTERM");
      const { code } = await deadline(() => child.status, "20s", { action: "end the agent" });
      assert.equal(code, 0);
    } catch (error) {
      child.kill("SIGKILL");
      await child.status;
      throw error;
    }
  });
}
