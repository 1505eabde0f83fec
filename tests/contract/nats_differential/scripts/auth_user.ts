/** User and password: one, several, plain and hashed. @module */
import { run, topic } from "../_script.ts";

/** One user. */
export const authUser = topic("auth_user", {
  "INFO says that authentication is needed": run`a!`,
  "the right password": run`
    a= {"verbose":false,"user":"app","pass":"s3cret"}
    a> SUB foo 1
    a> PUB foo 1¶x`,
  "a wrong password": run`
    a= {"verbose":false,"user":"app","pass":"wrong"}`,
  "an empty password": run`
    a= {"verbose":false,"user":"app","pass":""}`,
  "no password": run`
    a= {"verbose":false,"user":"app"}`,
  "another user": run`
    a= {"verbose":false,"user":"other","pass":"s3cret"}`,
  "no user": run`
    a= {"verbose":false,"pass":"s3cret"}`,
  "names differ by case": run`
    a= {"verbose":false,"user":"App","pass":"s3cret"}`,
  "the password as token": run`
    a= {"verbose":false,"auth_token":"s3cret"}`,
  "nothing": run`
    a= {"verbose":false}`,
  "PING first": run`
    a!
    a> PING`,
  "a password that is a number": run`
    a!
    a> CONNECT {"verbose":false,"user":"app","pass":7}`,
  "the user changes in a second CONNECT": run`
    a= {"verbose":false,"user":"app","pass":"s3cret"}
    a= {"verbose":false,"user":"other"}`,
  "no_responders without headers, right password": run`
    a= {"verbose":false,"user":"app","pass":"s3cret","no_responders":true}`,
}, { setup: "user" });

/** Several users. */
export const authUsers = topic("auth_users", {
  "a plain password": run`
    a= {"verbose":false,"user":"plain","pass":"pl4in"}
    a> SUB foo 1`,
  "a hashed password": run`
    a= {"verbose":false,"user":"hashed","pass":"s3cret"}
    a> SUB foo 1`,
  "a hashed password, and what follows in one packet": run`
    a!
    a- CONNECT {"verbose":false,"user":"hashed","pass":"s3cret"}¶SUB foo 1¶PUB foo 1¶x¶PING¶
    a> PING`,
  "a hashed password, verbose": run`
    a= {"verbose":true,"user":"hashed","pass":"s3cret"}
    a> SUB foo 1`,
  "a wrong password for a hash": run`
    a= {"verbose":false,"user":"hashed","pass":"wrong"}`,
  "the hash itself as password": run`
    a= {"verbose":false,"user":"hashed","pass":"$2b$04$ScNZLzwkDAl6077IBcr.e.8zvC.n9Cur5m.8Q7pZ0Z64Akrn7prFK"}`,
  "the password of another user": run`
    a= {"verbose":false,"user":"plain","pass":"s3cret"}`,
  "messages pass between users": run`
    a= {"verbose":false,"user":"plain","pass":"pl4in"}
    b= {"verbose":false,"user":"hashed","pass":"s3cret"}
    a> SUB foo 1
    b> PUB foo 1¶x`,
  "from one user to the other on the same connection": run`
    a= {"verbose":false,"user":"plain","pass":"pl4in"}
    a> SUB foo 1
    a= {"verbose":false,"user":"hashed","pass":"s3cret"}
    a> PUB foo 1¶x`,
  "an unknown user": run`
    a= {"verbose":false,"user":"ghost","pass":"pl4in"}`,
  "a token where users are": run`
    a= {"verbose":false,"auth_token":"pl4in"}`,
  "a password far too long for the hash": run`
    a= {"verbose":false,"user":"hashed","pass":"${"p".repeat(200)}"}`,
}, { setup: "users" });
