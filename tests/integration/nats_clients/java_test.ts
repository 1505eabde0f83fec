import assert from "node:assert/strict";
import { cacheFor, lacks, okLines, runCommand, sourceOf, startServers } from "./_kit.ts";

const ignore = await lacks("javac", "mvn");

async function runJava(name: string): Promise<string[]> {
  const source = sourceOf(name);
  const cache = await cacheFor(name);
  const pom = await Deno.readTextFile(`${source}/pom.xml`);
  if (await fetchedFor(cache) !== pom) {
    await runCommand("mvn", [
      "--quiet",
      "--batch-mode",
      "--file",
      `${source}/pom.xml`,
      "dependency:copy-dependencies",
      `-DoutputDirectory=${cache}/jars`,
      "-DincludeScope=runtime",
    ]);
    await Deno.writeTextFile(`${cache}/pom.xml`, pom);
  }
  const classPath = `${cache}/jars/*:${cache}/classes`;
  await runCommand("javac", ["-cp", classPath, "-d", `${cache}/classes`, `${source}/Main.java`]);
  await using servers = await startServers();
  return okLines(
    await runCommand("java", ["-cp", classPath, "Main"], { env: servers.environment }),
  );
}

/** The project file for which the jars in the cache were fetched; empty when there are none. */
async function fetchedFor(cache: string): Promise<string> {
  try {
    return await Deno.readTextFile(`${cache}/pom.xml`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

Deno.test({
  name: "the Java client jnats 2.26 works in its full range",
  ignore,
  async fn() {
    assert.deepEqual(await runJava("java"), [
      "connect",
      "publish and subscribe",
      "headers",
      "request and reply through a group",
      "no responders",
      "ten thousand messages in order",
      "user and password",
      "tls",
      "drain",
    ]);
  },
});

Deno.test({
  name: "the Java client jnats 2.5.0 of XGVela applications works",
  ignore,
  async fn() {
    assert.deepEqual(await runJava("java_2_5"), [
      "connect",
      "ten thousand messages in order",
      "request and reply through a group",
      "a request to nobody times out",
      "auto unsubscribe",
      "user and password",
      "token",
      "drain",
    ]);
  },
});
