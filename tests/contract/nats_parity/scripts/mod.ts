/**
 * All topics of hand-written scripts. What a script is stands in `_script.ts`.
 *
 * @module
 */
import type { Topic } from "../_script.ts";
import { connect } from "./connect.ts";
import { headers } from "./headers.ts";
import { ping } from "./ping.ts";
import { publish } from "./publish.ts";
import { subscribe } from "./subscribe.ts";
import { unsubscribe } from "./unsubscribe.ts";

/** Every topic. */
export const topics: readonly Topic[] = [connect, ping, publish, headers, subscribe, unsubscribe];
