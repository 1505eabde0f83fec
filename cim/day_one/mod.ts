/**
 * Day one: delivers the first configuration to an application that starts without any. Documents under
 * `config/<namespace>/<microservice>` are forwarded byte by byte. It applies no patch and writes no commit.
 *
 * @module
 */
export { DayOne, type DayOneOptions, type DayOneState } from "./day_one.ts";
export { dayOneErrors } from "./errors.ts";
export { dayOne, type DayOneApi, dayOneToken } from "./plugin.ts";
