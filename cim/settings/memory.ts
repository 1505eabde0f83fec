import {
  AgentError,
  definePlugin,
  jsonCodec,
  type KeyValueStore,
  type Logger,
  type Plugin,
} from "../../core/mod.ts";
import { stateStoreToken } from "../store/mod.ts";
import type { CimSettings } from "./schema.ts";
import { type CimSettingsApi, cimSettingsToken } from "./settings_holder.ts";

const key = "settings";

/** What is stored: a changed document, and the text of the document that was changed. */
interface Remembered {
  readonly base: string;
  readonly document: unknown;
}

const codec = jsonCodec((value) => value as Remembered);

/**
 * Keeps changes of the settings across restarts: what a change-set or a registration altered is applied again at
 * the next start, unless the document on disk has changed since; then the document wins. A store that fails is
 * logged and stops nothing.
 */
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
      log.info("Settings document has changed; stored changes dropped");
      await state.delete(key);
    } else {
      await settings.apply(remembered.document);
      log.info("Stored settings applied");
    }
  } catch (error) {
    log.warn("Cannot restore stored settings; using the document", { error });
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
    log.error("Cannot store changed settings; a restart will lose them", { error });
  }
}
