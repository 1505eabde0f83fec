/**
 * The README's tutorial with any of its applications: the application registers, its line arrives in the
 * log file, and it is reconfigured.
 *
 * @module
 */
import assert from "node:assert/strict";
import { registrationToken } from "../../cim/registration/mod.ts";
import { configStoreToken } from "../../cim/store/mod.ts";
import { httpToken } from "../../plugins/http/mod.ts";
import { natsServerToken } from "../../plugins/nats_server/mod.ts";
import { until } from "../_support/until.ts";
import { withRunningAgent } from "./_running_agent.ts";

/** How to start an application of the README. */
export interface ShopCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** Time limit of a step in milliseconds; starting may include a build. Default 30 000. */
  readonly withinMs?: number;
}

/** Runs the application beside an agent through the steps of the tutorial; returns what it printed. */
export async function runTutorial(command: ShopCommand): Promise<string> {
  const { program, args, cwd, withinMs = 30_000 } = command;
  return await withRunningAgent({}, async (agent, folder) => {
    const app = new Deno.Command(program, {
      args: [...args],
      cwd,
      env: {
        CIM_REST_PORT: `${agent.get(httpToken).port}`,
        CIM_NATS_PORT: `${agent.get(natsServerToken).port}`,
        APP_PORT: `${freePort()}`,
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const printed = app.output();
    try {
      const { store } = agent.get(configStoreToken);
      await until("the application is registered", () => agent.get(registrationToken).current, {
        withinMs,
      });
      // The application set a flush timeout of 5 s when it registered.
      const path = `${folder}/logs/shop-0_default_shop-1.log`;
      const line = await until("the line is in its file", () => readText(path), {
        withinMs: 20_000,
      });
      assert.equal(line, "Hello from the shop\n");
      const patch = '[{"op":"replace","path":"/open","value":true}]';
      await store.put("change-set/default/shop/v0/ms/shop.json/1", encode(patch));
      await until("the change-set is committed", async () => {
        const entry = await store.get("commit-config/default/shop/v0/ms/shop-0");
        return entry !== undefined && decode(entry.value) === "1";
      });
    } catch (cause) {
      app.kill("SIGKILL");
      const { stdout, stderr } = await printed;
      const text = decode(stdout) + decode(stderr);
      throw new Error(`The application failed; it printed: ${text}`, { cause });
    }
    app.kill("SIGTERM");
    return decode((await printed).stdout);
  });
}

/** A free port in the range that an application may have. */
function freePort(): number {
  for (let port = 5_000 + Deno.pid % 4_000; port <= 10_000; port++) {
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  throw new Error("Cannot find a free port between 5000 and 10000");
}

/** The text of a file that has one. */
async function readText(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path) || undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
