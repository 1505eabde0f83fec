import assert from "node:assert/strict";
import { tempDir } from "../_support/temp_dir.ts";

const isLinux = Deno.build.os === "linux";

/** Runs a program of this repository with at most 64 descriptors. */
function with64Descriptors(...args: string[]): Deno.Command {
  const script = 'ulimit -n 64; exec "$0" "$@"';
  return new Deno.Command("bash", {
    args: ["-c", script, Deno.execPath(), "run", ...args],
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  });
}

Deno.test({
  name: "C2-38: out of descriptors: the inner HTTP server is started again, and both are reported",
  ignore: !isLinux,
  async fn() {
    const script = new URL("_http_descriptors.ts", import.meta.url).pathname;
    const { stdout, stderr } = await with64Descriptors("-A", script).output();
    const text = new TextDecoder().decode(stdout);
    assert.notEqual(text, "", new TextDecoder().decode(stderr));
    const { before, after, isNew, problems } = JSON.parse(text);
    assert.equal(before, "HTTP/1.1 200 OK");
    assert.equal(after, "HTTP/1.1 200 OK");
    assert.equal(isNew, true);
    assert.match(problems[0], /inner HTTP server ended: .*Too many open files/);
    assert(problems.some((problem: string | null) => problem?.includes("ulimit -n")), text);
    assert.equal(problems.at(-1), null);
  },
});

/** An agent with 64 descriptors, the address of its REST port, and what ends it. */
async function startedAgent(folder: string, permissions: readonly string[]) {
  const agent = with64Descriptors(
    "--no-prompt",
    ...permissions,
    new URL("../../main.ts", import.meta.url).pathname,
    "run",
    ...["rest.port=0", "nats.port=0", `paths.data=${folder}`, `paths.logs=${folder}`]
      .flatMap((setting) => ["--set", setting]),
  ).spawn();
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const read = async () => {
    let text = "";
    for await (const chunk of agent.stderr.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const port = /Listening .*"port":(\d+)/.exec(text)?.[1];
      if (port) resolve(`http://127.0.0.1:${port}`);
    }
    reject(new Error(`The agent ended: ${text}`));
  };
  const outputs = [read(), agent.stdout.cancel()];
  return {
    base: await promise,
    async [Symbol.asyncDispose]() {
      agent.kill("SIGTERM");
      await agent.status;
      await Promise.all(outputs);
    },
  };
}

for (
  const permissions of [["-A"], ["--allow-net", "--allow-read", "--allow-write", "--allow-env"]]
) {
  Deno.test({
    name:
      `C2-38: out of descriptors: probes are answered during 100 connections and all of REST after ` +
      `(${permissions.join(" ")})`,
    ignore: !isLinux,
    async fn() {
      using folder = tempDir();
      await using agent = await startedAgent(folder.path, permissions);
      const { base } = agent;
      const port = Number(new URL(base).port);
      // A kept connection may be closed in favour of new ones while a request is on its way.
      using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
      const status = async (path: string) => {
        const signal = AbortSignal.timeout(5_000);
        const response = await fetch(`${base}${path}`, { client, signal });
        await response.body?.cancel();
        return response.status;
      };
      const connections: Deno.TcpConn[] = [];
      const request = new TextEncoder().encode(
        "POST /api/v1/_operations/xgvela/register HTTP/1.1\r\nHost: localhost\r\n" +
          "Content-Length: 100\r\n\r\n{",
      );
      try {
        for (let count = 0; count < 100; count++) {
          const connection = await Deno.connect({ hostname: "127.0.0.1", port });
          connections.push(connection);
          await connection.write(request).catch(() => "closed at once");
          if (count % 25 === 0) assert.equal(await status("/liveness"), 200);
        }
        assert.equal(await status("/liveness"), 200);
        for (const connection of connections.splice(0)) connection.close();
        const end = performance.now() + 10_000;
        while (await status("/api/v1/status") !== 200) assert(performance.now() < end);
        assert.equal(await status("/metrics"), 200);
      } finally {
        for (const connection of connections) connection.close();
      }
    },
  });
}
