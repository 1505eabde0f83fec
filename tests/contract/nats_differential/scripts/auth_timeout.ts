/** Who does not say CONNECT in time. @module */
import { run, topic } from "../_script.ts";

/** Scripts. */
export const authTimeout = topic("auth_timeout", {
  "nothing is sent": run`
    a!
    a?`,
  "half a CONNECT": run`
    a!
    a- CONNECT {"auth_token":"t0
    a?`,
  "CONNECT in time lives on": run`
    a= {"verbose":false,"auth_token":"t0ken"}
    b!
    b?
    a> SUB foo 1`,
}, { setup: "auth_timeout" });
