/**
 * Pairs of equally configured servers, by name.
 *
 * @module
 */
import { NatsServer, type NatsServerOptions } from "../../../plugins/nats_server/mod.ts";
import type { Address } from "./_wire_client.ts";

/** One configuration, said to both. */
export interface Setup {
  /** Configuration file of the reference. */
  readonly reference: string;
  /** The same for this server. */
  readonly options: NatsServerOptions;
  /** What clients need besides the port. */
  readonly address?: Omit<Address, "port">;
}

/** This server's default control line is the contract's; the reference is told the same everywhere. */
const common = "max_control_line: 2048\n";

/** All setups. */
export const setups: Readonly<Record<string, Setup>> = {
  plain: { reference: common, options: {} },
};

/** Starts this server in this process. */
export async function startOurs({ options }: Setup): Promise<NatsServer> {
  const server = new NatsServer({ ...options, port: 0 });
  await server.listen();
  return server;
}
