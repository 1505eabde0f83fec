import {
  AgentError,
  definePlugin,
  describeError,
  jsonCodec,
  type KeyValueStore,
  type Logger,
  type Plugin,
} from "../../core/mod.ts";
import { type CimSettings, type CimSettingsApi, cimSettingsToken } from "./mod.ts";
import { stateStoreToken } from "../store/mod.ts";

const key = "settings";

/** A changed document with the text of the one it was based on. */
interface Remembered {
  readonly base: string;
  readonly document: unknown;
}

const codec = jsonCodec((value) => value as Remembered);

/** Restores changed settings in `init` and remembers every change. A store that fails is told, no more. */
export function settingsMemory(): Plugin {
  return definePlugin({
    name: "settings_memory",
    requires: [cimSettingsToken, stateStoreToken],
    async init({ get, log }) {
      const settings = get(cimSettingsToken);
      const state = get(stateStoreToken);
      const base = JSON.stringify(settings.current);
      await restore(settings, state, base, log);
      return settings.onChange((document) => remember(state, { base, document }, log));
    },
    close: (listener) => listener[Symbol.dispose](),
  });
}

async function restore(
  settings: CimSettingsApi,
  state: KeyValueStore,
  base: string,
  log: Logger,
): Promise<void> {
  try {
    const entry = await state.get(key);
    if (!entry) return;
    const remembered = codec.decode(entry.value);
    if (remembered.base !== base) {
      log.info("The settings document is a new one: earlier changes are forgotten");
      await state.delete(key);
    } else {
      await settings.apply(remembered.document);
      log.info("Changed settings are in force again");
    }
  } catch (error) {
    log.warn(`Cannot restore changed settings: ${describeError(error)}`);
  }
}

async function remember(
  state: KeyValueStore,
  remembered: { readonly base: string; readonly document: CimSettings },
  log: Logger,
): Promise<void> {
  try {
    await state.put(key, codec.encode(remembered));
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    log.error(`Changed settings are lost on a restart: ${describeError(error)}`);
  }
}
