import { definePlugin, type Logger, type Plugin, readTextIfPresent } from "../../core/mod.ts";
import { type ConfigMap, kubernetesToken } from "../../plugins/kubernetes/mod.ts";
import { identityToken } from "../identity/mod.ts";
import { pathsToken } from "../paths/mod.ts";
import { cimSettingsToken } from "../settings/mod.ts";
import { OwnConfigMap, type OwnConfigMapApi, ownConfigMapToken } from "./own_config_map.ts";
import { settingsKey } from "./content.ts";
import { yangTemplate } from "./yang.ts";

const yangKey = "cim.yang";

/**
 * Provides the ConfigMap of the agent. Disabled, so that registrations change the settings of this agent alone, when
 * `cim.json` is mounted or Kubernetes is not used. It works in the background and never delays the start.
 */
export function ownConfigMap(): Plugin {
  return definePlugin({
    name: "own_config_map",
    requires: [identityToken, cimSettingsToken, pathsToken],
    optional: [kubernetesToken],
    provides: [ownConfigMapToken],
    init({ get, find, provide, status, clock, random, log }) {
      const api = find(kubernetesToken);
      const settings = get(cimSettingsToken);
      const reason = settings.source === "mounted"
        ? "cim.json is mounted"
        : !api?.isEnabled
        ? "Kubernetes is not used"
        : undefined;
      if (!api || reason !== undefined) {
        provide(ownConfigMapToken, unused());
        status.disabled(reason ?? "Kubernetes is not used");
        return undefined;
      }
      const { config: folder } = get(pathsToken);
      const own = new OwnConfigMap({
        api,
        identity: get(identityToken),
        settings,
        readYang: () => readTextIfPresent(`${folder}/${yangKey}`) ?? yangTemplate(),
        saveFiles: (content) => saveFiles(folder, content, log),
        onProblem: (problem) => problem === undefined ? status.ok() : status.degraded(problem),
        clock,
        random,
        log,
      });
      provide(ownConfigMapToken, own);
      return own;
    },
    afterInit(own, { tasks }) {
      if (own) tasks.run("config map", (signal) => own.run(signal));
    },
  });
}

/** The API where the agent owns no ConfigMap. */
function unused(): OwnConfigMapApi {
  return {
    state: "unused",
    revision: "",
    onChange: () => ({ [Symbol.dispose]() {} }),
    register: (override: () => Promise<void>) => override(),
  };
}

/** Writes the settings and the YANG module over the shipped ones. An image that is read-only keeps its own. */
function saveFiles(folder: string, { data }: ConfigMap, log: Logger): void {
  try {
    Deno.mkdirSync(folder, { recursive: true });
    for (const name of [settingsKey, yangKey]) replaceFile(`${folder}/${name}`, data[name]);
  } catch (error) {
    log.info("The shipped settings stay as they are: their folder cannot be written", { error });
  }
}

/** Replaces a file so that a reader sees the old or the new content, never a part. */
function replaceFile(path: string, text: string): void {
  const temporary = `${path}.new`;
  Deno.writeTextFileSync(temporary, text);
  Deno.renameSync(temporary, path);
}
