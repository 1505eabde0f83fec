import {
  choice,
  definePlugin,
  makePrivateFolder,
  type Plugin,
  size,
  type SpoolFs,
  type SpoolQueue,
  type Token,
  token,
} from "../../core/mod.ts";
import { pathsToken } from "../paths/mod.ts";
import { AgentSpool, type LossListener } from "./agent_spool.ts";
import { type DeadLetter, DeadLetters, deadLettersName } from "./dead_letters.ts";
import { spoolMetrics } from "./metrics.ts";

/** What the spool offers to routes. */
export interface SpoolApi {
  /** Whether what is stored survives the process. */
  readonly isDurable: boolean;
  /**
   * The queue with this name, `[a-z][a-z0-9_]*`; one route has one. `onLost` is called when stored records of it
   * are given up because the spool is full, or are found damaged.
   */
  queue(name: string, onLost: LossListener): SpoolQueue;
  /**
   * Records of a queue, by reason, that were found damaged when the spool was opened: the counters of the route
   * still have them, and the queue does not.
   */
  damaged(queue: string): ReadonlyMap<string, number>;
  /** Keeps a record that a destination refused for good. */
  deadLetter(letter: DeadLetter): void;
  /** The queue with this name; undefined when there is none. */
  opened(name: string): SpoolQueue | undefined;
  /** Whether a block of that many bytes leaves an eighth of the spool free. */
  hasRoomFor(bytes: number): boolean;
  /** Runs `work` with the path of the dead letters while none is written; new ones wait. */
  withDeadLetters<T>(work: (path: string) => Promise<T>): Promise<T>;
}

/** Key under which the {@linkcode SpoolApi} is provided. */
export const spoolToken: Token<SpoolApi> = token("spool", { providedBy: "spool()" });

const folderName = "spool";

/** Options of {@linkcode spool}. */
export interface SpoolPluginOptions {
  /** File operations to use. Default: those of the disk. */
  readonly fs?: SpoolFs;
}

/**
 * The spool in `<paths.data>/spool`. It closes after the routes that use it. A folder that cannot be used never
 * stops the agent: the status is degraded and what waits is kept in memory.
 */
export function spool({ fs }: SpoolPluginOptions = {}): Plugin {
  return definePlugin({
    name: "spool",
    requires: [pathsToken],
    provides: [spoolToken],
    config: {
      maxSizeBytes: size({
        doc: "Maximum size of the spool on disk, all routes together.",
        default: "1GiB",
        min: "1MiB",
      }),
      durability: choice(["memory", "process", "power"], {
        doc:
          "What stored records survive: `memory` nothing, `process` a crash of the agent, `power` also a crash of the machine.",
        default: "process",
      }),
      whenFull: choice(["block", "drop_oldest", "drop_newest"], {
        doc:
          "What happens when the spool is full: publishers are held as `logs.max_block` allows, or the oldest or newest records are dropped and counted.",
        default: "block",
      }),
      maxDeadLettersBytes: size({
        doc: "Maximum size of the records kept that a destination refused for good.",
        default: "16MiB",
        min: "64KiB",
      }),
    },
    async init({ config, get, provide, metrics, log, status, clock, random }) {
      const { data } = get(pathsToken);
      const opened = await AgentSpool.open({
        folder: `${data}/${folderName}`,
        maxBytes: config.maxSizeBytes,
        durability: config.durability,
        whenFull: config.whenFull,
        clock,
        random,
        log,
        onHealth: (problem) => problem === "" ? status.ok() : status.degraded(problem),
        fs,
      });
      const letters = new DeadLetters({
        path: `${data}/${deadLettersName}`,
        maxBytes: config.maxDeadLettersBytes,
        clock,
        log,
      });
      log.info(opened.lossWindow);
      for (const { name, inherited } of opened.queues.values()) {
        if (inherited === 0) continue;
        log.info("Records of the previous run wait to be sent", {
          queue: name,
          records: inherited,
        });
      }
      metrics.add(...spoolMetrics(opened, letters, clock));
      const damaged = new Map(
        [...opened.lost].map(([queue, reasons]) => [queue, new Map(reasons)]),
      );
      provide(spoolToken, {
        isDurable: opened.isDurable,
        queue: (name, onLost) => opened.queue(name, onLost),
        damaged: (queue) => damaged.get(queue) ?? new Map(),
        deadLetter(letter) {
          makePrivateFolder(data);
          letters.add(letter);
        },
        opened: (name) => opened.queues.get(name),
        hasRoomFor: (bytes) => opened.bytes + bytes <= opened.maxBytes * 7 / 8,
        withDeadLetters: (work) => letters.exclusively(work),
      });
      return { opened, letters };
    },
    async close({ opened, letters }, { signal }) {
      await letters.flush();
      await opened.close(signal);
    },
  });
}
