/**
 * Registration with the agent.
 *
 * @module
 */
import { retry } from "../../mod.ts";
import type { SampleSettings } from "./settings.ts";

/** Registers; retries until the agent answers 200, since it may still be starting. Rejects when the signal aborts. */
export async function register(
  { restUrl, containerName, containerId, port }: SampleSettings,
  signal: AbortSignal,
): Promise<void> {
  const body = JSON.stringify({
    container_name: containerName,
    container_id: containerId,
    app_settings: { app_port: port },
  });
  await retry(async () => {
    const response = await fetch(`${restUrl}/api/v1/_operations/xgvela/register`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
      signal,
    });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`the agent answered ${response.status}: ${text}`);
  }, { action: "register", min: 100, max: 1_000, signal });
}
