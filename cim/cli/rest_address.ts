import type { ProductConfiguration } from "./read_configuration.ts";

/** Where the running agent's REST port is, as seen from this machine. */
export function restAddress({ values }: Pick<ProductConfiguration, "values">): string {
  const { host, port } = values("http") as { host?: string; port: number };
  const isAny = host === undefined || host === "0.0.0.0" || host === "::";
  const reachable = isAny ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  return `http://${reachable}:${port}`;
}
