/**
 * The README's applications in Go and Java, with the project files of the README. Their libraries come from
 * the registries, so the tests run only with `CIM_TEST_README_PROGRAMS=1` or `CIM_TEST_REQUIRE=all`.
 *
 * @module
 */
import assert from "node:assert/strict";
import { tempDir } from "../_support/temp_dir.ts";
import { codeBlocks, readmeUrl } from "../docs/_readme.ts";
import { runTutorial } from "../docs/_shop.ts";
import { requireTools } from "./_servers.ts";

const readme = await Deno.readTextFile(readmeUrl);
/** The first build fetches libraries and compiles the standard library. */
const buildMs = 300_000;
const registered = /Registered: 200.*\{.*\nLogged one line;.*\nApplied .*\/open/s;

Deno.test({
  name: "the README's Go application builds, registers, logs and is reconfigured",
  ignore: await requireTools("CIM_TEST_README_PROGRAMS", "go"),
  async fn() {
    using folder = tempDir();
    await Deno.writeTextFile(folder.join("go.mod"), codeBlocks(readme, "go-mod")[0]);
    await Deno.writeTextFile(folder.join("main.go"), codeBlocks(readme, "go")[0]);
    const program = folder.join("shop");
    await build(folder.path, "go", "mod", "tidy");
    await build(folder.path, "go", "build", "-o", program, ".");
    assert.match(await runTutorial({ program, args: [] }), registered);
  },
});

Deno.test({
  name: "the README's Java application builds, registers, logs and is reconfigured",
  ignore: await requireTools("CIM_TEST_README_PROGRAMS", "mvn", "java"),
  async fn() {
    using folder = tempDir({ folders: ["src/main/java"] });
    await Deno.writeTextFile(folder.join("pom.xml"), codeBlocks(readme, "xml")[0]);
    const source = folder.join("src", "main", "java", "Shop.java");
    await Deno.writeTextFile(source, codeBlocks(readme, "java")[0]);
    await build(folder.path, "mvn", "-q", "-B", "compile");
    assert.match(
      await runTutorial({
        program: "mvn",
        args: ["-q", "-B", "exec:java"],
        cwd: folder.path,
        withinMs: buildMs,
      }),
      registered,
    );
  },
});

/** Runs one step of a build; fails with what it printed. */
async function build(cwd: string, program: string, ...args: string[]): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd,
    stdin: "null",
    signal: AbortSignal.timeout(buildMs),
  }).output();
  const decoder = new TextDecoder();
  const printed = decoder.decode(stdout) + decoder.decode(stderr);
  assert(success, `${program} ${args.join(" ")}: ${printed}`);
}
