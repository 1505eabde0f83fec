import assert from "node:assert/strict";
import { cacheFor, lacks, okLines, runCommand, sourceOf, startServers } from "./_kit.ts";

const ignore = await lacks("go");

async function runGo(name: string): Promise<string[]> {
  const program = `${await cacheFor(name)}/client`;
  await runCommand("go", ["build", "-o", program, "."], { cwd: sourceOf(name) });
  await using servers = await startServers();
  return okLines(await runCommand(program, [], { env: servers.environment }));
}

Deno.test({
  name: "the Go client nats.go 1.55 works in its full range",
  ignore,
  async fn() {
    assert.deepEqual(await runGo("go"), [
      "connect",
      "publish and subscribe",
      "request and reply",
      "no responders",
      "headers",
      "queue group",
      "auto unsubscribe",
      "maximum payload",
      "ten thousand messages",
      "no echo",
      "drain",
      "token",
      "wrong token",
      "user and password",
      "nkey",
      "tls",
      "client certificate",
      "no client certificate",
      "permissions",
    ]);
  },
});

Deno.test({
  name: "the Go client go-nats 1.7.2 of XGVela applications works",
  ignore,
  async fn() {
    assert.deepEqual(await runGo("go_1_7_2"), [
      "connect",
      "publish and flush each line",
      "request and reply",
      "a request to nobody times out",
      "queue group",
      "maximum payload",
      "unsubscribe",
      "token",
      "user and password",
      "drain",
    ]);
  },
});
