/** Authentication with one token for all clients. @module */
import { run, topic } from "../_script.ts";

const scripts = {
  "INFO says that authentication is needed": run`a!`,
  "the right token": run`
    a= {"verbose":false,"auth_token":"t0ken"}
    a> SUB foo 1
    a> PUB foo 1¶x`,
  "the right token, verbose": run`
    a= {"verbose":true,"auth_token":"t0ken"}`,
  "a wrong token": run`
    a= {"verbose":false,"auth_token":"wrong"}`,
  "an empty token": run`
    a= {"verbose":false,"auth_token":""}`,
  "no token": run`
    a= {"verbose":false}`,
  "the token as password of somebody": run`
    a= {"verbose":false,"user":"x","pass":"t0ken"}`,
  "PING first": run`
    a!
    a> PING`,
  "SUB first": run`
    a!
    a> SUB foo 1`,
  "PUB first": run`
    a!
    a> PUB foo 1¶x`,
  "nonsense first": run`
    a!
    a> NONSENSE`,
  "a verb that begins like CONNECT first": run`
    a!
    a> CONNEXION {}`,
  "an empty line first": run`
    a!
    a- ¶`,
  "CONNECT that is not JSON": run`
    a!
    a> CONNECT hello`,
  "CONNECT and what follows in one packet": run`
    a!
    a- CONNECT {"verbose":false,"auth_token":"t0ken"}¶SUB foo 1¶PUB foo 1¶x¶PING¶
    a> PING`,
  "a wrong CONNECT and what follows in one packet": run`
    b= {"verbose":false,"auth_token":"t0ken"}
    b> SUB foo 1
    a!
    a- CONNECT {"verbose":false,"auth_token":"no"}¶PUB foo 1¶x¶
    a?`,
  "the right token, then a wrong one": run`
    a= {"verbose":false,"auth_token":"t0ken"}
    a= {"verbose":false,"auth_token":"wrong"}`,
  "a second CONNECT keeps the token": run`
    a= {"verbose":false,"auth_token":"t0ken"}
    a= {"name":"again"}
    a> SUB foo 1`,
  "the right token and a wrong protocol": run`
    a= {"verbose":false,"auth_token":"t0ken","protocol":7}`,
  "a wrong token and a wrong protocol": run`
    a= {"verbose":false,"auth_token":"wrong","protocol":7}`,
  "the right token and an account": run`
    a= {"verbose":false,"auth_token":"t0ken","account":"x"}`,
  "INFO after the first PING": run`
    a= {"verbose":false,"auth_token":"t0ken","protocol":1}
    a> PING`,
};

/** Scripts. */
export const authToken = topic("auth_token", scripts, { setup: "token" });

/** The same with a hashed token. */
export const authHashedToken = topic("auth_hashed_token", scripts, { setup: "hashed_token" });
