/** Payload and control line limits of the usual server. @module */
import { run, topic } from "../_script.ts";

const megabyte = "x".repeat(1_048_576);
/** The limit of the control line is 2048 bytes of argument. */
const subject = (length: number) => "s".repeat(length);

/** Scripts. */
export const limits = topic("limits", {
  "a payload of the limit": run`
    a> SUB foo 1
    b> PUB foo 1048576¶${megabyte}`,
  "a payload of the limit less one": run`
    a> SUB foo 1
    b> PUB foo 1048575¶${megabyte.slice(1)}`,
  "a payload over the limit by one is refused at its line": run`
    a> PUB foo 1048577¶`,
  "a payload over the limit, all of it sent": run`
    a> PUB foo 1048577¶${megabyte}x`,
  "a payload over the limit is delivered to nobody": run`
    a> SUB foo 1
    b> PUB foo 1048577¶`,
  "what comes after a payload over the limit is not done": run`
    a> SUB foo 1
    b> PUB foo 1048577¶¶PUB foo 1¶x`,
  "PUB argument of the limit": run`
    a> SUB ${subject(2046)} 1
    b> PUB ${subject(2046)} 0¶`,
  "PUB argument of exactly 2048": run`
    a> PUB ${subject(2046)} 1¶x`,
  "PUB argument over the limit by one": run`
    a> PUB ${subject(2047)} 1¶x`,
  "SUB argument of the limit": run`
    a> SUB ${subject(2046)} 1`,
  "SUB argument over the limit by one": run`
    a> SUB ${subject(2047)} 1`,
  "UNSUB argument over the limit": run`
    a> UNSUB ${subject(2049)}`,
  "HPUB argument over the limit": run`
    a= {"verbose":false,"headers":true}
    a> HPUB ${subject(2045)} 0 0¶`,
  "CONNECT argument over the limit": run`
    a!
    a> CONNECT {"name":"${subject(2048)}"}`,
  "CONNECT argument of the limit": run`
    a= {"verbose":false,"name":"${subject(2021)}"}
    a> SUB foo 1`,
  "INFO argument over the limit": run`
    a> INFO {"server_id":"${subject(2048)}"}`,
  "-ERR argument over the limit": run`
    a> -ERR ${subject(2049)}`,
  "blanks before the argument do not count": run`
    a> SUB ${"\\s".repeat(3000)}foo 1`,
  "blanks within the argument count": run`
    a> SUB foo${"\\s".repeat(3000)}1`,
  "blanks after a PING do not count": run`
    a> PING${"\\s".repeat(3000)}`,
  "a line without end is refused when it passes the limit": run`
    a- PUB ${subject(2049)}
    a?`,
  "a line without end, in pieces": run`
    a- PUB ${subject(1000)}
    a- ${subject(1000)}
    a- ${subject(100)}
    a?`,
  "a CONNECT without end": run`
    a!
    a- CONNECT {"name":"${subject(5000)}
    a?`,
  "a PING without end is no line": run`
    a- PING${subject(5000)}
    a> ${""}`,
});
