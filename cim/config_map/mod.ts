/**
 * The ConfigMap that the agent owns: where `cim.json` is not mounted, the first pod of a service that registers an
 * application creates it, and the configuration service changes the settings of all pods through it. Its settings come
 * before the shipped ones and before the overrides of a registration.
 *
 * It is only created and read, never changed or deleted: changes arrive as change-sets. Nothing waits for the
 * Kubernetes API longer than a few seconds.
 *
 * @module
 */
export { configMapContent, configMapNames, type ConfigMapParts } from "./content.ts";
export {
  OwnConfigMap,
  type OwnConfigMapApi,
  type OwnConfigMapOptions,
  type OwnConfigMapState,
  ownConfigMapToken,
} from "./own_config_map.ts";
export { ownConfigMap } from "./plugin.ts";
export { substituteYang, yangTemplate, yangToken } from "./yang.ts";
