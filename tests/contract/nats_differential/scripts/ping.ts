/** PING, PONG and what else needs no argument. @module */
import { run, topic } from "../_script.ts";

/** Scripts. */
export const ping = topic("ping", {
  "PING is answered": run`a> PING`,
  "three in one packet": run`a> PING¶PING¶PING`,
  "in lower and mixed case": run`
    a> ping
    a> PiNg`,
  "with blanks behind": run`a> PING   `,
  "with a line feed alone": run`a- PING\nPING\n`,
  "PONG without PING": run`
    a> PONG
    a> pong`,
  "PONG a hundred times": run`a> ${"PONG¶".repeat(100)}PING`,
  "+OK from a client": run`
    a> +OK
    a> SUB foo 1`,
  "+OK in lower case": run`
    a> +ok
    a> SUB foo 1`,
  "+O and something else": run`a> +OX`,
  "+ alone": run`a> +`,
  "-ERR from a client ends it": run`a> -ERR 'go away'`,
  "-ERR in lower case": run`a> -err 'go away'`,
  "-ERR without an argument": run`a> -ERR`,
  "-E and something else": run`a> -EXR 'x'`,
  "INFO from a client": run`
    a> INFO {}
    a> SUB foo 1`,
  "INFO with fields": run`
    a> INFO {"server_id":"x","proto":1,"connect_urls":["127.0.0.1:1"]}
    a> SUB foo 1`,
  "INFO that is not JSON": run`a> INFO hello`,
  "INFO with an array": run`a> INFO []`,
  "INFO with a field of another type": run`a> INFO {"proto":"one"}`,
  "INFO null": run`
    a> INFO null
    a> SUB foo 1`,
  "INFO without an argument": run`a> INFO`,
  "INFO without a blank": run`
    a> INFO{}
    a> SUB foo 1`,
  "PINGS": run`
    a- PINGS¶
    a> SUB foo 1`,
  "PING with an argument": run`
    a- PING hello¶
    a> SUB foo 1`,
  "PIN": run`a> PIN`,
  "PONGO": run`
    a- PONGO¶
    a> SUB foo 1`,
  "an empty line": run`a- ¶`,
  "a blank before the verb": run`a-  PING¶`,
  "a verb that does not exist": run`a> HELLO`,
  "a verb that begins like one": run`a> PUBB foo 0¶`,
  "MSG from a client": run`a> MSG foo 1 2¶hi`,
  "RMSG of a route": run`a> RMSG $G foo 2¶hi`,
  "LMSG of a leaf": run`a> LMSG foo 2¶hi`,
  "A+ of a route": run`a> A+ $G`,
  "RS+ of a route": run`a> RS+ $G foo`,
  "LS+ of a leaf": run`a> LS+ foo`,
  "HTTP": run`a> GET / HTTP/1.1`,
  "HTTP POST begins like a publish": run`a> POST / HTTP/1.1`,
  "a TLS hello on the plain port": run`a- \x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03`,
  "NUL bytes": run`a- \0\0\0\0`,
  "bytes above 127": run`a- \xff\xfe\xfd¶`,
  "nothing is done after a fault": run`
    b> SUB foo 1
    a> NONSENSE¶PUB foo 1¶x`,
  "what came before a fault is done": run`
    b> SUB foo 1
    a> PUB foo 1¶x¶NONSENSE`,
});
