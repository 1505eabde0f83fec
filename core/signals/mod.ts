/**
 * What repeated signals of the operating system mean. This folder installs no listener and imports nothing, so that
 * a program can handle signals before it loads anything else.
 *
 * @module
 */
export { StopRequests, type StopRequestsOptions } from "./stop_requests.ts";
