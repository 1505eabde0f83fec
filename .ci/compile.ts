/**
 * Builds the binary `dist/cim`: bundles with code splitting, so that a client that is not used is not parsed
 * either, puts the files beside the bundle that libraries read at run time, and compiles that.
 *
 * Also builds `dist/cim.js`, one file of JavaScript to run from a URL. It imports the npm packages at run time.
 *
 * `CIM_COMPILE_TOOL` names a program to use in place of `deno compile`, for networks that do not reach Deno's
 * downloads.
 *
 * @module
 */
const bundle = "dist/bundle";
const etcd3 = "etcd3/1.1.2";
/** Compression for Kafka; its library looks for the file in a folder `dist` beside that of the bundle. */
const wasmUtils = "@platformatic/wasm-utils/0.2.1";
const wasm = "dist/dist/native.wasm";

await Deno.remove(bundle, { recursive: true }).catch((error) => {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
});
const deno = Deno.execPath();
// Not minified: the minifier of esbuild 0.25 replaces a `using` variable that is read once by its value, which is
// then never disposed.
await run(deno, [
  ..."bundle --quiet --platform deno --code-splitting --outdir".split(" "),
  bundle,
  "main.ts",
]);

// etcd3 finds its protocol definitions through `__dirname`, which a bundle does not have.
const definitions = await packageFolder(`${etcd3}/proto`);
await Deno.mkdir(`${bundle}/proto`, { recursive: true });
for await (const { name } of Deno.readDir(definitions)) {
  await Deno.copyFile(`${definitions}/${name}`, `${bundle}/proto/${name}`);
}
await Deno.mkdir("dist/dist", { recursive: true });
await Deno.copyFile(`${await packageFolder(`${wasmUtils}/dist`)}/native.wasm`, wasm);
await Deno.writeTextFile(
  `${bundle}/cim.js`,
  'globalThis.__dirname = import.meta.dirname + "/lib";\nawait import("./main.js");\n',
);

const tool = Deno.env.get("CIM_COMPILE_TOOL");
const [program, ...first] = tool ? [tool] : [deno, "compile"];
await run(program, [
  ...first,
  // The bundle is complete: nothing is looked up, so nothing else gets in.
  "--no-config",
  "--no-lock",
  "--no-npm",
  "--no-remote",
  "--no-check",
  "--no-prompt",
  // The hot paths allocate next to nothing, so a large young generation would only keep memory: 6 MB at idle. Garbage is
  // collected once the heap has grown by 60%: after 30,000 REST requests 117 MB are resident instead of 160.
  "--v8-flags=--max-semi-space-size=2,--heap-growing-percent=60",
  "--allow-net",
  "--allow-read",
  "--allow-write",
  "--allow-env",
  "--include",
  `${bundle}/proto`,
  "--include",
  wasm,
  "--output",
  "dist/cim",
  `${bundle}/cim.js`,
]);

await run(deno, [
  ..."bundle --quiet --platform deno --external npm:* --output dist/cim.js main.ts".split(" "),
]);

async function run(program: string, args: string[]): Promise<void> {
  const { success, code } = await new Deno.Command(program, { args }).spawn().status;
  if (!success) throw new Error(`Cannot build: ${program} ${args[0]} ended with code ${code}`);
}

/** A folder of a package in Deno's cache, which has one folder for each registry that packages came from. */
async function packageFolder(path: string): Promise<string> {
  const { stdout } = await new Deno.Command(deno, { args: ["info", "--json"] }).output();
  const { npmCache } = JSON.parse(new TextDecoder().decode(stdout)) as { npmCache: string };
  for await (const { name: registry } of Deno.readDir(npmCache)) {
    const source = `${npmCache}/${registry}/${path}`;
    if (await isFolder(source)) return source;
  }
  throw new Error(`Cannot build: ${path} is not below ${npmCache}`);
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return false;
    }
    throw error;
  }
}
