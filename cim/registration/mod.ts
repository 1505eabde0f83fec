/**
 * Registration of the application: the REST call it makes at its start, the settings it may override with it,
 * and the stored registration, which survives a restart of the agent because the application does not register
 * again then.
 *
 * It writes no commit keys and pushes no configuration; other plugins do so in a callback.
 *
 * @module
 */
export { registrationErrors } from "./errors.ts";
export { registration } from "./plugin.ts";
export {
  type ContainerRegistration,
  type RegistrationApi,
  type RegistrationListener,
  registrationToken,
} from "./registrar.ts";
