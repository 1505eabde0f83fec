/** A log route in a folder of its own, on a manual clock. */
import assert from "node:assert/strict";
import { checkSettings, defaultSettings } from "../../../cim/settings/mod.ts";
import {
  type CreatedLogRoute,
  createLogRoute,
  type LogRoute,
  type LogRouteOptions,
  type RouteSettings,
  routeSettings,
} from "../../../cim/logs/mod.ts";
import { buildLogMessage } from "../../_support/wire_messages.ts";
import { type ManualClock, manualClock, recordingLogs } from "../../../core/testing/mod.ts";
import { tempDir } from "../../_support/temp_dir.ts";

/** Leaves of `cimConfig.lmaas` that differ from the defaults. */
export type Lmaas = Readonly<Record<string, string | number>>;

/** Settings of the route for these leaves, as the product derives them. */
export function settingsOf(lmaas: Lmaas = {}, cim: Record<string, unknown> = {}): RouteSettings {
  const document = defaultSettings();
  const { settings, problems } = checkSettings({
    cimConfig: {
      ...document.cimConfig,
      lmaas: { ...document.cimConfig.lmaas, ...lmaas },
      cim_settings: { ...document.cimConfig.cim_settings, ...cim },
    },
  });
  assert.deepEqual(problems, []);
  return routeSettings(settings);
}

/** What a test of the route looks at. */
export interface Fixture extends AsyncDisposable, CreatedLogRoute {
  readonly folder: string;
  readonly clock: ManualClock;
  readonly logs: ReturnType<typeof recordingLogs>;
  /** What was written to the standard output. */
  stdoutText(): string;
  /** Sends one message. */
  send(name: string, id: string, payload: string | Uint8Array): void;
  /** Content of a file of the folder, "" when there is none. */
  text(file: string): string;
  /** Names in the folder, sorted. */
  names(): string[];
}

/** Options of {@linkcode fixture}. */
export type FixtureOptions = Partial<LogRouteOptions> & {
  readonly lmaas?: Lmaas;
  readonly cim?: Record<string, unknown>;
};

/** Makes a route for pod amf-0 in ns1; disposing of it closes the route and removes the folder. */
export function fixture({ lmaas, cim, ...options }: FixtureOptions = {}): Fixture {
  using stack = new DisposableStack();
  const folder = stack.use(tempDir()).path;
  const clock = manualClock();
  const logs = recordingLogs(clock);
  const written: Uint8Array[] = [];
  const created = createLogRoute({
    folder,
    owner: { podName: "amf-0", namespace: "ns1" },
    settings: settingsOf(lmaas, cim),
    log: logs.registry.logger("logs"),
    stdout: {
      write(bytes) {
        written.push(bytes.slice());
        return Promise.resolve(bytes.length);
      },
    },
    clock,
    random: () => 0.5,
    ...options,
  });
  const { route } = created;
  const place = options.folder ?? folder;
  const owned = stack.move();
  return {
    folder: place,
    clock,
    logs,
    ...created,
    stdoutText: () => written.map((bytes) => new TextDecoder().decode(bytes)).join(""),
    send(containerName, containerId, payload) {
      const bytes = buildLogMessage({ containerId, containerName, payload });
      route.accept(bytes, 0, bytes.length);
    },
    text(file) {
      try {
        return Deno.readTextFileSync(`${place}/${file}`);
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return "";
        throw error;
      }
    },
    names: () => [...Deno.readDirSync(place)].map(({ name }) => name).sort(),
    async [Symbol.asyncDispose]() {
      const closing = route.close(AbortSignal.timeout(5_000));
      // A file that cannot be written is given up after three seconds without progress.
      await clock.advance(4_000);
      await closing;
      owned.dispose();
    },
  };
}

/** Runs the route's timers until disposed of. */
export function timers(route: LogRoute): AsyncDisposable {
  const controller = new AbortController();
  const running = route.run(controller.signal);
  return {
    async [Symbol.asyncDispose]() {
      controller.abort();
      await running;
    },
  };
}

export { until } from "../../_support/until.ts";

/** A gate that records its calls. */
export function recordingGate(): { calls: string[]; pause(): void; resume(): void } {
  const calls: string[] = [];
  return { calls, pause: () => calls.push("pause"), resume: () => calls.push("resume") };
}
