import type { LineStream, Plugin } from "../../core/mod.ts";
import { etcd } from "../../plugins/etcd/mod.ts";
import { health } from "../../plugins/health/mod.ts";
import { http, type HttpOptions } from "../../plugins/http/mod.ts";
import { kafka } from "../../plugins/kafka/mod.ts";
import { kubernetes } from "../../plugins/kubernetes/mod.ts";
import { localkv } from "../../plugins/localkv/mod.ts";
import { nats } from "../../plugins/nats/mod.ts";
import { natsServer } from "../../plugins/nats_server/mod.ts";
import { prometheus } from "../../plugins/prometheus/mod.ts";
import { alignedMetrics } from "../aligned_metrics/mod.ts";
import { appClient } from "../app_client/mod.ts";
import { books } from "../books/mod.ts";
import { bus } from "../bus/mod.ts";
import { commonInfra } from "../common_infra/mod.ts";
import { ownConfigMap } from "../config_map/mod.ts";
import { configPush } from "../config_push/mod.ts";
import { dayOne } from "../day_one/mod.ts";
import { deadLetters } from "../dead_letters/mod.ts";
import { events } from "../events/mod.ts";
import { identity } from "../identity/mod.ts";
import { kvRoutes } from "../kv_routes/mod.ts";
import { logs } from "../logs/mod.ts";
import { cimMetrics } from "../metrics/mod.ts";
import { consoleLog, logLevel, ownLog } from "../own_log/mod.ts";
import { paths } from "../paths/mod.ts";
import { registration } from "../registration/mod.ts";
import { settings, settingsMemory } from "../settings/mod.ts";
import { shutdown } from "../shutdown/mod.ts";
import { spool } from "../spool/mod.ts";
import { store } from "../store/mod.ts";
import { subscriptions } from "../subscriptions/mod.ts";

/** Subject families of the product; their counters exist from the start. */
const subjectFamilies = ["LOG", "EVENT", "CONFIG", "TEST", "EVENT-NOTIFICATION"];

/** Files in the working directory that turn TLS of the REST port on when the configuration names no others. */
export const defaultCertificates: NonNullable<HttpOptions["defaultTls"]> = Object.freeze({
  certFile: "server.crt",
  keyFile: "server.key",
});

/** Options of {@linkcode cimPlugins}. */
export interface CimPluginsOptions {
  /** Stream of the agent's own log. Default: standard error, through a stream of its own. */
  console?: LineStream;
}

/**
 * Creates every plugin of the product; each agent needs its own. Where dependencies leave a choice, plugins start in
 * this order: the log, plugins that only read files, servers and stores, the plugins that use those, and last the
 * plugins that must stop first.
 */
export function cimPlugins({ console }: CimPluginsOptions = {}): readonly Plugin[] {
  return [
    consoleLog({ stream: console }),
    paths(),
    kubernetes(),
    identity(),
    settings(),
    commonInfra(),
    logLevel(),
    http({ defaultTls: defaultCertificates }),
    prometheus(),
    health(),
    natsServer({ name: "cim", families: subjectFamilies }),
    nats({ name: "cim" }),
    bus(),
    localkv(),
    etcd(),
    kafka({ clientId: "cim" }),
    store(),
    settingsMemory(),
    ownConfigMap(),
    appClient(),
    books(),
    spool(),
    logs(),
    ownLog(),
    events(),
    deadLetters(),
    registration(),
    subscriptions(),
    dayOne(),
    configPush(),
    cimMetrics(),
    alignedMetrics(),
    kvRoutes(),
    shutdown(),
  ];
}
