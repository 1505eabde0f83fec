import { type Token, token } from "../plugin/mod.ts";
import type { KeyValueStore } from "./contract.ts";

/**
 * Key of the agent's store, whichever that is: who assembles the agent decides, and plugins that only
 * need a store require this one.
 */
export const keyValueToken: Token<KeyValueStore> = token("keyvalue");
