/** CONNECT: what it takes, what it refuses, what it changes. @module */
import { run, topic } from "../_script.ts";

const wide = "x".repeat(1900);

/** Scripts. */
export const connect = topic("connect", {
  "INFO comes first and alone": run`a!`,
  "no CONNECT at all, straight to PING": run`
    a!
    a> PING`,
  "an empty object keeps verbose and pedantic on": run`
    a= {}
    a> SUB foo 1`,
  "verbose and pedantic off": run`
    a= {"verbose":false,"pedantic":false}
    a> SUB foo 1`,
  "the argument of go-nats 1.7.2": run`
    a= {"verbose":false,"pedantic":false,"tls_required":false,"name":"app","lang":"go","version":"1.7.2","protocol":1,"echo":true}
    a> SUB foo 1
    a> PUB foo 2¶hi`,
  "the argument of jnats 2.5": run`
    a= {"lang":"java","version":"2.5.0","name":"app","protocol":1,"verbose":false,"pedantic":false,"tls_required":false,"echo":true}
    a> SUB foo 1`,
  "CONNECT and PING in one packet": run`
    a!
    a- CONNECT {"verbose":false}¶PING¶
    a> PUB foo 0¶`,
  "verb in lower case": run`
    a!
    a> connect {"verbose":false}
    a> SUB foo 1`,
  "verb in mixed case": run`
    a!
    a> cOnNeCt {"verbose":true}`,
  "no blank before the argument": run`
    a!
    a> CONNECT{"verbose":true}`,
  "tabs and blanks before the argument": run`
    a!
    a> CONNECT \t \t{"verbose":true}`,
  "blanks after the argument": run`
    a!
    a> CONNECT {"verbose":true}   `,
  "line feed alone ends the line": run`
    a!
    a- CONNECT {"verbose":true}\nPING\n
    a> SUB foo 1`,
  "no argument, CRLF at once": run`
    a!
    a> CONNECT`,
  "an argument of blanks": run`
    a!
    a> CONNECT   `,
  "not JSON": run`
    a!
    a> CONNECT hello`,
  "an array": run`
    a!
    a> CONNECT []`,
  "a number": run`
    a!
    a> CONNECT 7`,
  "a string": run`
    a!
    a> CONNECT "x"`,
  "null": run`
    a!
    a> CONNECT null
    a> SUB foo 1`,
  "an object that does not end": run`
    a!
    a> CONNECT {"verbose":false`,
  "two objects": run`
    a!
    a> CONNECT {"verbose":false}{"verbose":true}`,
  "a trailing comma": run`
    a!
    a> CONNECT {"verbose":false,}`,
  "verbose as a string": run`
    a!
    a> CONNECT {"verbose":"false"}`,
  "verbose as a number": run`
    a!
    a> CONNECT {"verbose":1}`,
  "verbose as null keeps it on": run`
    a!
    a> CONNECT {"verbose":null}
    a> SUB foo 1`,
  "protocol as a string": run`
    a!
    a> CONNECT {"protocol":"1"}`,
  "protocol as a fraction": run`
    a!
    a> CONNECT {"protocol":1.5}`,
  "protocol as 1.0": run`
    a!
    a> CONNECT {"verbose":false,"protocol":1.0}`,
  "protocol 1 brings INFO with connect_info after the first PING": run`
    a= {"verbose":false,"protocol":1}
    a> PING`,
  "protocol 0 brings no second INFO": run`
    a= {"verbose":false,"protocol":0}
    a> PING`,
  "protocol 2": run`
    a!
    a> CONNECT {"verbose":false,"protocol":2}`,
  "protocol -1": run`
    a!
    a> CONNECT {"verbose":false,"protocol":-1}`,
  "protocol as an exponent": run`
    a!
    a> CONNECT {"verbose":false,"protocol":1e0}`,
  "protocol far beyond what is known": run`
    a!
    a> CONNECT {"verbose":false,"protocol":1152921504606846976}`,
  "protocol beyond 64 bits": run`
    a!
    a> CONNECT {"verbose":false,"protocol":9223372036854775808}`,
  "protocol as minus zero": run`
    a!
    a> CONNECT {"verbose":false,"protocol":-0}`,
  "a name that is a number": run`
    a!
    a> CONNECT {"name":7}`,
  "an unknown key is ignored": run`
    a= {"verbose":false,"flavour":{"sweet":[1,2]}}
    a> SUB foo 1`,
  "keys in any case": run`
    a= {"VERBOSE":false,"Pedantic":false}
    a> SUB foo 1`,
  "the same key twice: the last counts": run`
    a= {"verbose":false,"verbose":true}
    a> SUB foo 1`,
  "user and password where none is asked for": run`
    a= {"verbose":false,"user":"someone","pass":"something"}
    a> SUB foo 1`,
  "a token where none is asked for": run`
    a= {"verbose":false,"auth_token":"something"}`,
  "a jwt where none is asked for": run`
    a= {"verbose":false,"jwt":"eyJ0eXAiOiJKV1QifQ.e30.c2ln"}`,
  "an nkey where none is asked for": run`
    a= {"verbose":false,"nkey":"UBAAQHVVVV","sig":"AAAA"}`,
  "an account": run`
    a!
    a> CONNECT {"verbose":false,"account":"other"}`,
  "an empty account": run`
    a= {"verbose":false,"account":""}`,
  "a new account": run`
    a!
    a> CONNECT {"verbose":false,"new_account":true}`,
  "tls_required by the client of a server without TLS": run`
    a= {"verbose":false,"tls_required":true}
    a> SUB foo 1`,
  "no_responders without headers": run`
    a!
    a> CONNECT {"verbose":false,"no_responders":true}`,
  "no_responders with headers off": run`
    a!
    a> CONNECT {"verbose":false,"no_responders":true,"headers":false}`,
  "no_responders with headers": run`
    a= {"verbose":false,"no_responders":true,"headers":true}`,
  "a second CONNECT drops the subscriptions": run`
    a= {"verbose":false}
    a> SUB foo 1
    a= {"verbose":false}
    a> PUB foo 1¶x`,
  "a second CONNECT keeps what it does not say": run`
    a= {"verbose":false,"pedantic":false}
    a= {"name":"again"}
    a> SUB foo 1`,
  "a second CONNECT that turns verbose on": run`
    a= {"verbose":false}
    a= {"verbose":true}
    a> SUB foo 1`,
  "a second CONNECT with a wrong protocol": run`
    a= {"verbose":false}
    a> CONNECT {"protocol":9}`,
  "a second CONNECT that is not JSON": run`
    a= {"verbose":false}
    a> CONNECT {`,
  "a second CONNECT brings no second connect_info": run`
    a= {"verbose":false,"protocol":1}
    a= {"verbose":false,"protocol":1}
    a> PING`,
  "subscriptions made before CONNECT": run`
    a!
    a> SUB foo 1
    a= {"verbose":false}
    b> PUB foo 1¶x`,
  "publishing before CONNECT": run`
    a> SUB foo 1
    b!
    b> PUB foo 1¶x`,
  "a name of nearly the longest line": run`
    a= {"verbose":false,"name":"${wide}"}
    a> SUB foo 1`,
  "letters beyond ASCII in a name": run`
    a= {"verbose":false,"name":"Zoë ☕"}
    a> SUB foo 1`,
  "bytes that are not UTF-8 in a name": run`
    a= {"verbose":false,"name":"\xff\xfe"}
    a> SUB foo 1`,
  "an escaped NUL in a name": run`
    a= {"verbose":false,"name":"a\\u0000b"}`,
  "a carriage return inside the line": run`
    a!
    a- CONNECT {"verbose":false}\rx\r\nPING\r\n
    a> PING`,
  "a list of lines in one packet": run`
    a!
    a> CONNECT {"verbose":true}¶SUB foo 1¶PUB foo 2¶hi¶UNSUB 1¶PUB foo 2¶ho`,
  "a byte order mark": run`
    a!
    a> CONNECT \xef\xbb\xbf{}`,
});
