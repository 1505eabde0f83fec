import type { EtcdDriver } from "./driver.ts";

/**
 * Returns the milliseconds until a key expires, as etcd counts them; undefined when it does not exist or has no
 * lease. 0 when its lease has ended: etcd deletes the key a moment later.
 */
export async function remainingTtlMs(
  driver: Pick<EtcdDriver, "range" | "secondsLeft">,
  key: Uint8Array,
): Promise<number | undefined> {
  const { pairs } = await driver.range({ key, keysOnly: true });
  if (pairs.length === 0 || pairs[0].lease === "0") return undefined;
  return (await driver.secondsLeft(pairs[0].lease) ?? 0) * 1_000;
}
