/** Ed25519 keys: the server sends a nonce, the client signs it. @module */
import { knownNkey, strangeNkey } from "../_setups.ts";
import { run, topic } from "../_script.ts";

/** Scripts. */
export const authNkey = topic("auth_nkey", {
  "INFO has a nonce": run`a!`,
  "the right signature": run`
    a= {"verbose":false,"nkey":"${knownNkey}","sig":"{{sig}}"}
    a> SUB foo 1
    a> PUB foo 1¶x`,
  "INFO after the first PING": run`
    a= {"verbose":false,"nkey":"${knownNkey}","sig":"{{sig}}","protocol":1}
    a> PING`,
  "the signature of an older nonce": run`
    a= {"verbose":false,"nkey":"${knownNkey}","sig":"${"A".repeat(86)}"}`,
  "no signature": run`
    a= {"verbose":false,"nkey":"${knownNkey}"}`,
  "an empty signature": run`
    a= {"verbose":false,"nkey":"${knownNkey}","sig":""}`,
  "a signature that is no base64": run`
    a= {"verbose":false,"nkey":"${knownNkey}","sig":"!!!"}`,
  "a signature that is too short": run`
    a= {"verbose":false,"nkey":"${knownNkey}","sig":"AAAA"}`,
  "the nonce for a signature": run`
    a= {"verbose":false,"nkey":"${knownNkey}","sig":"{{nonce}}"}`,
  "an unknown key": run`
    a= {"verbose":false,"nkey":"${strangeNkey}","sig":"{{sig}}"}`,
  "a key that is none": run`
    a= {"verbose":false,"nkey":"UABC","sig":"{{sig}}"}`,
  "a signature without a key": run`
    a= {"verbose":false,"sig":"{{sig}}"}`,
  "a user beside the keys": run`
    a= {"verbose":false,"user":"plain","pass":"pl4in"}
    a> SUB foo 1`,
  "a wrong password beside the keys": run`
    a= {"verbose":false,"user":"plain","pass":"wrong"}`,
  "a right password and a wrong key": run`
    a= {"verbose":false,"user":"plain","pass":"pl4in","nkey":"${strangeNkey}","sig":"{{sig}}"}`,
  "a jwt is not looked at": run`
    a= {"verbose":false,"jwt":"a.b.c","nkey":"${knownNkey}","sig":"{{sig}}"}
    a> SUB foo 1`,
  "a second CONNECT with the same signature": run`
    a= {"verbose":false,"nkey":"${knownNkey}","sig":"{{sig}}"}
    a= {"verbose":false,"nkey":"${knownNkey}","sig":"{{sig}}"}
    a> SUB foo 1`,
}, { setup: "nkey" });
