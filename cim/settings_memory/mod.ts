/**
 * Memory of changed settings: what a change-set or a registration altered is in force again after a restart
 * of the agent, as long as the document it was based on is still the same. A new document wins.
 *
 * It is a part of its own because settings are there before any store is.
 *
 * @module
 */
export { settingsMemory } from "../settings/memory.ts";
