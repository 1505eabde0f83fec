import type { Plugin } from "../../core/mod.ts";
import { etcd } from "../../plugins/etcd/mod.ts";
import { health } from "../../plugins/health/mod.ts";
import { http } from "../../plugins/http/mod.ts";
import { localkv } from "../../plugins/localkv/mod.ts";
import { nats } from "../../plugins/nats/mod.ts";
import { natsServer } from "../../plugins/nats_server/mod.ts";
import { prometheus } from "../../plugins/prometheus/mod.ts";
import { bus } from "../bus/mod.ts";
import { identity } from "../identity/mod.ts";
import { logs } from "../logs/mod.ts";
import { paths } from "../paths/mod.ts";
import { settings } from "../settings/mod.ts";
import { consoleLog } from "./console_log.ts";

/**
 * Every plugin of the product, new for each agent. The order is that of the start where the dependencies
 * leave a choice: the log first, then what is local, then doors, then what works.
 */
export function cimPlugins(): readonly Plugin[] {
  return [
    consoleLog(),
    paths(),
    identity(),
    settings(),
    http(),
    prometheus(),
    health(),
    natsServer(),
    nats(),
    bus(),
    localkv(),
    etcd(),
    logs(),
  ];
}
