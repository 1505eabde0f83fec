/**
 * Day one: the first configuration of an application that starts without any. It delivers documents of
 * `config/<namespace>/<microservice>` as they are; it applies no patch and writes no commit.
 *
 * @module
 */
export { DayOne, type DayOneOptions, dayOnePrefix, type DayOneState } from "./day_one.ts";
export { dayOneErrors } from "./errors.ts";
