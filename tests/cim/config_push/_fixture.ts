/* Configuration push with a memory store, a scripted application and a manual clock. */
import {
  AgentError,
  type KeyValueStore,
  memoryStore,
  type RevisionStore,
  storeErrors,
  TaskGroup,
  textCodec,
} from "../../../core/mod.ts";
import { type ManualClock, manualClock, recordingLogs } from "../../../core/testing/mod.ts";
import type { AppClient, AppOutcome } from "../../../cim/app_client/mod.ts";
import {
  type ConfigBounds,
  ConfigPush,
  type ConfigPushOptions,
} from "../../../cim/config_push/config_push.ts";
import type { ContainerRegistration } from "../../../cim/registration/mod.ts";
import { checkSettings, defaultSettings, SettingsHolder } from "../../../cim/settings/mod.ts";

export const scope = { namespace: "ns1", microservice: "amf", version: "v1", podName: "amf-0" };
export const app1 = { containerName: "amf", containerId: "c1" };
const ok: AppOutcome = { kind: "answered", status: 200 };

/** An application with scripted answers; it answers 200 when the script is empty. */
export class FakeApp implements AppClient {
  readonly requests: { path: string; body: string }[] = [];
  readonly script: (AppOutcome | Promise<AppOutcome>)[] = [];
  onPost: (body: Record<string, string>) => void = () => undefined;

  post(
    path: string,
    body: Uint8Array,
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<AppOutcome> {
    const text = textCodec.decode(body);
    this.requests.push({ path, body: text });
    const answer = this.script.shift() ?? ok;
    if (path === "/updateConfig") this.onPost(JSON.parse(text));
    const { promise: ended, reject } = Promise.withResolvers<never>();
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
    return Promise.race([answer, ended]);
  }

  /** Revisions pushed, in order. */
  get revisions(): string[] {
    return this.requests.filter(({ path }) => path === "/updateConfig")
      .map(({ body }) => JSON.parse(body).revision);
  }
}

export interface Fixture extends AsyncDisposable {
  readonly service: ConfigPush;
  readonly store: RevisionStore;
  readonly state: RevisionStore;
  readonly app: FakeApp;
  readonly settings: SettingsHolder;
  readonly clock: ManualClock;
  readonly logs: ReturnType<typeof recordingLogs>;
  readonly failures: string[];
  /** Puts a change-set of level `ms`. */
  put(file: string, revision: number, patch?: unknown, ttlMs?: number): Promise<void>;
  /** Sends a reply of the application. */
  reply(file: string, revision: number | string, status: string, more?: object): void;
  /** The commit of level `ms`. */
  commit(level?: string): Promise<string | undefined>;
  /** Runs everything that is due now. */
  settle(): Promise<void>;
  /** Stops this run. */
  stop(): Promise<void>;
  /** Stops this run and starts the next one with the same stores. */
  restart(options?: FixtureOptions): Promise<Fixture>;
}

/** The store with one failing method. */
export function without(store: KeyValueStore, method: keyof KeyValueStore): KeyValueStore {
  const away = () =>
    Promise.reject(new AgentError(storeErrors.store_unreachable, "Cannot call: away"));
  return new Proxy(store, {
    get(target, name) {
      const member = Reflect.get(target, name, target);
      if (name === method) return away;
      if (name === "withPrefix") {
        return (prefix: string) => without(target.withPrefix(prefix), method);
      }
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

export interface FixtureOptions extends ConfigBounds {
  registered?: boolean;
  /** Registration before the store has answered. */
  early?: ContainerRegistration;
  ms?: string;
  nf?: string;
  /** Highest revision of a first configuration. */
  dayOneRevision?: number;
  store?: RevisionStore;
  state?: RevisionStore;
  clock?: ManualClock;
  app?: FakeApp;
  wrap?: (options: ConfigPushOptions) => ConfigPushOptions;
}

export async function fixture(options: FixtureOptions = {}): Promise<Fixture> {
  const { registered = true, early, ms = "", nf = "", dayOneRevision, ...rest } = options;
  const { clock = manualClock(), app = new FakeApp(), wrap = (same) => same, ...bounds } = rest;
  const store = options.store ?? memoryStore({ clock });
  const state = options.state ?? memoryStore({ clock });
  const logs = recordingLogs(clock);
  const log = logs.registry.logger("config_push");
  const initial = checkSettings({ ...defaultSettings(), extra: { kept: true } }).settings;
  const settings = new SettingsHolder(initial, "shipped", log);
  const failures: string[] = [];
  const tasks = new TaskGroup((name, error) => failures.push(`${name}: ${error}`));
  const service = new ConfigPush(wrap({
    ...bounds,
    scope,
    baselines: { ms, nf },
    store,
    state,
    app,
    settings,
    registered: registered ? app1 : undefined,
    clock,
    random: () => 0.5,
    log,
    run: (name, task) => tasks.run(name, task),
    dayOne: { revision: dayOneRevision },
  }));
  await service.restore();
  if (early) service.register(early);
  service.start();
  await clock.advance(0);

  const self: Fixture = {
    service,
    store,
    state,
    app,
    settings,
    clock,
    logs,
    failures,
    async put(file, revision, patch = [{ op: "replace", path: "/x", value: 1 }], ttlMs) {
      const value = typeof patch === "string" ? patch : JSON.stringify(patch);
      const key = `change-set/ns1/amf/v1/ms/${file}/${revision}`;
      await store.put(key, textCodec.encode(value), ttlMs === undefined ? {} : { ttlMs });
      await self.settle();
    },
    reply(file, revision, status, more = {}) {
      const key = `change-set/ns1/amf/v1/ms/${file}/${revision}`;
      const reply = { "change-set-key": key, revision: String(revision), status, ...more };
      service.changeSets.receive(textCodec.encode(JSON.stringify(reply)));
    },
    async commit(level = "ms") {
      await self.settle();
      const entry = await store.get(`commit-config/ns1/amf/v1/${level}/amf-0`);
      return entry && textCodec.decode(entry.value);
    },
    async settle() {
      for (let turn = 0; turn < 3; turn++) await clock.advance(0);
    },
    stop: () => tasks.close(),
    async restart(next = {}) {
      await tasks.close();
      return await fixture({ ...bounds, ...next, store, state, clock, app });
    },
    async [Symbol.asyncDispose]() {
      await tasks.close();
      await service.flush(AbortSignal.abort());
    },
  };
  return self;
}
