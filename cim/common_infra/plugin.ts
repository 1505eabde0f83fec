import {
  type Clock,
  definePlugin,
  describeError,
  duration,
  findFileText,
  type Logger,
  type Plugin,
  readTextIfPresent,
  type StatusReporter,
  type Token,
  token,
} from "../../core/mod.ts";
import { pathsToken } from "../paths/mod.ts";
import {
  type CommonInfra,
  commonInfraPath,
  parseCommonInfraText,
  readCommonInfra,
} from "./common_infra.ts";
import { CommonInfraHolder, type LiveCommonInfra } from "./live_common_infra.ts";

/** Key of {@linkcode LiveCommonInfra}. */
export const commonInfraToken: Token<LiveCommonInfra> = token("common_infra", {
  providedBy: "commonInfra()",
});

/** Members that are used only while the agent starts. */
const startMembers: readonly (keyof CommonInfra)[] = ["etcdUrl", "kafkaBrokers"];

/**
 * Provides the document and follows its file. Problems make the plugin degraded; the status change is logged. A
 * document that becomes malformed later is not used: the previous one stays in use.
 */
export function commonInfra(): Plugin {
  return definePlugin({
    name: "common_infra",
    requires: [pathsToken],
    provides: [commonInfraToken],
    config: {
      checkIntervalMs: duration({
        doc: "How often `static/common-infra.json` is checked for changes.",
        default: "10s",
        min: "1s",
        max: "1h",
      }),
    },
    init({ get, log, status, provide }) {
      const { conf } = get(pathsToken);
      let text: string | undefined;
      const { infra, path, problems } = readCommonInfra(conf, (path) => {
        return text = readTextIfPresent(path);
      });
      if (path !== "" && problems.length === 0) log.info("Infrastructure document read", { path });
      // A copy: the document without content is one constant, and agents share nothing.
      const holder = new CommonInfraHolder(Object.freeze({ ...infra }));
      provide(commonInfraToken, holder);
      if (problems.length === 0) status.ok();
      else status.degraded(`used without the malformed parts: ${problems.join("; ")}`);
      return { holder, path: commonInfraPath(conf), text };
    },
    afterInit(read, { config, tasks, clock, log, status }) {
      tasks.run(
        "follow the document",
        (signal) =>
          follow({ ...read, log, status, clock, intervalMs: config.checkIntervalMs }, signal),
      );
    },
  });
}

interface Following {
  readonly holder: CommonInfraHolder;
  readonly path: string;
  /** The text that was read last. */
  readonly text: string | undefined;
  readonly log: Logger;
  readonly status: StatusReporter;
  readonly clock: Clock;
  readonly intervalMs: number;
}

/** Applies changes of the file until `signal` aborts. A file that is gone changes nothing. */
async function follow(
  { holder, path, text, log, status, clock, intervalMs }: Following,
  signal: AbortSignal,
): Promise<void> {
  const staysInUse = "the previous document stays in use";
  for await (const _ of clock.every(intervalMs, { signal })) {
    let now: string | undefined;
    try {
      now = await findFileText(path);
    } catch (error) {
      status.degraded(`${path}: ${describeError(error)}; ${staysInUse}`);
      continue;
    }
    if (now === undefined || now === text) continue;
    text = now;
    const { infra, problems } = parseCommonInfraText(now, path);
    if (problems.length > 0) {
      status.degraded(`${problems.join("; ")}; ${staysInUse}`);
      continue;
    }
    status.ok();
    const changed = holder.update(infra);
    if (changed.length > 0) log.info("Infrastructure document changed", { path, changed });
    const later = changed.filter((name) => startMembers.includes(name));
    if (later.length === 0) continue;
    log.warn("Changed members of the infrastructure document are used after the next start", {
      members: later,
    });
  }
}
