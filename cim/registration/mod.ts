/**
 * Registration of the application: the REST call it makes when it starts, what it may override by it, and
 * the memory of it, which survives a restart of the agent, because the application does not register again.
 *
 * It writes no commit keys and pushes no configuration; who must act registers a callback.
 *
 * @module
 */
export { registration } from "./plugin.ts";
export {
  type ContainerRegistration,
  type RegistrationApi,
  type RegistrationListener,
  registrationToken,
} from "./registrar.ts";
