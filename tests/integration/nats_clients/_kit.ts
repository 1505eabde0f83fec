/**
 * Servers and programs for the tests with clients in other languages. A program prints a line `ok NAME` for each
 * check that passed; the test expects a fixed list of names.
 *
 * @module
 */
import assert from "node:assert/strict";
import { authenticator, NatsServer } from "../../../plugins/nats_server/mod.ts";

const here = new URL("./", import.meta.url).pathname;
const certificates =
  new URL("../../contract/nats_differential/certificates/", import.meta.url).pathname;
const nkey = "UCQD6OMSJ42RN3JGCQAHA6ENQ4LF66TOCMO3MWZPLVGFUA3NMVEDWVCF";
const nkeySeed = "SUAKO4ALTP53K4S7KRDV6652KMTS2QW2JSOAEGWVWJ6M42KTE4XYAV5BDI";
/** bcrypt of `s3cret`, cost 4. */
const hashedPassword = "$2b$04$ScNZLzwkDAl6077IBcr.e.8zvC.n9Cur5m.8Q7pZ0Z64Akrn7prFK";
/** Building and fetching is slow only once. */
const programLimitMs = 120_000;

/** Servers of all kinds, and the environment that tells a program where they are. */
export interface Servers extends AsyncDisposable {
  readonly plain: NatsServer;
  readonly environment: Readonly<Record<string, string>>;
}

/** Starts one server without authentication and one for each kind of it. */
export async function startServers(): Promise<Servers> {
  await using stack = new AsyncDisposableStack();
  const start = async (options: ConstructorParameters<typeof NatsServer>[0] = {}) => {
    const server = stack.use(new NatsServer({ ...options, port: 0 }));
    await server.listen();
    return server;
  };
  const plain = await start();
  const token = await start({ authenticator: authenticator({ token: "t0ken" }) });
  const user = await start({
    authenticator: authenticator({
      users: [
        { user: "app", password: hashedPassword },
        { user: "limited", password: "p", permissions: { publish: { allow: ["allowed"] } } },
      ],
    }),
  });
  const key = await start({ authenticator: authenticator({ users: [{ nkey }] }) });
  const pem = (name: string) => Deno.readTextFile(`${certificates}${name}.pem`);
  const pair = { cert: await pem("server"), key: await pem("server_key") };
  const tls = await start({ tls: pair });
  const verifying = await start({ tls: { ...pair, clientCa: await pem("ca") } });
  const url = ({ port }: NatsServer) => `nats://127.0.0.1:${port}`;
  const owned = stack.move();
  return {
    plain,
    environment: {
      PLAIN_URL: url(plain),
      TOKEN_URL: url(token),
      TOKEN: "t0ken",
      USER_URL: url(user),
      NATS_USER: "app",
      NATS_PASS: "s3cret",
      NKEY_URL: url(key),
      NKEY_SEED: nkeySeed,
      TLS_URL: url(tls),
      VERIFYING_URL: url(verifying),
      CA_FILE: `${certificates}ca.pem`,
      CERT_FILE: `${certificates}client.pem`,
      KEY_FILE: `${certificates}client_key.pem`,
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Folder of a program's source. */
export function sourceOf(name: string): string {
  return `${here}${name}`;
}

/** A folder for what was built or fetched, kept from run to run. */
export async function cacheFor(name: string): Promise<string> {
  const base = Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`;
  const folder = `${base}/cim-tests/nats_clients/${name}`;
  await Deno.mkdir(folder, { recursive: true });
  return folder;
}

/**
 * Whether the tests of a language are left out; one printed line says so. They download and build a client, so they
 * run only with `CIM_TEST_NATS_CLIENTS=1` or `CIM_TEST_REQUIRE=all`, and where the tools are installed.
 */
export async function lacks(...tools: string[]): Promise<boolean> {
  const isWanted = Deno.env.get("CIM_TEST_NATS_CLIENTS") === "1" ||
    Deno.env.get("CIM_TEST_REQUIRE") === "all";
  if (!isWanted) return isLeftOut("CIM_TEST_NATS_CLIENTS=1", tools);
  for (const tool of tools) if (!await isThere(tool)) return isLeftOut(tool, tools);
  return false;
}

function isLeftOut(missing: string, tools: readonly string[]): true {
  // A test file has no logger; this one line says what was left out.
  // deno-lint-ignore no-console
  console.log(`left out, NATS clients built with ${tools.join(" and ")}: needs ${missing}`);
  return true;
}

async function isThere(tool: string): Promise<boolean> {
  const { success } = await new Deno.Command("sh", {
    args: ["-c", 'command -v "$0" >/dev/null', tool],
  }).output();
  return success;
}

/** Runs a command to its end; fails with what it printed. */
export async function runCommand(
  command: string,
  args: readonly string[],
  { cwd, env = {} }: { cwd?: string; env?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    cwd,
    env: { ...env },
    stdin: "null",
    signal: AbortSignal.timeout(programLimitMs),
  }).output();
  const text = new TextDecoder();
  const said = text.decode(stdout);
  assert.ok(success, `${command} ${args.join(" ")}\n${said}${text.decode(stderr)}`);
  return said;
}

/** The names behind `ok`, in order. */
export function okLines(said: string): string[] {
  return said.split("\n").filter((line) => line.startsWith("ok ")).map((line) => line.slice(3));
}
