/** The same conversations in many packets: the server must not care where TCP cuts. @module */
import { run, type Step, topic } from "../_script.ts";

/** The client's bytes, each in a packet of its own; a blank and a CR are written as escapes. */
function bytewise(client: string, text: string): Step[] {
  const steps = run`${client}- ${text}`;
  return [...steps[0].text].map((text) => ({ client, kind: "bytes", text }));
}

/** A subscriber `a`, and a publisher `b` whose bytes come one by one. */
function published(text: string): Step[] {
  return [...run`a> SUB > 1`, ...run`b> PING`, ...bytewise("b", text), ...run`b> PING`];
}

/** Scripts. */
export const splitBytes = topic("split_bytes", {
  "CONNECT byte by byte": [
    ...run`a!`,
    ...bytewise("a", 'CONNECT {"verbose":true}¶'),
    ...run`a> SUB foo 1`,
  ],
  "PING byte by byte": [...run`a> PONG`, ...bytewise("a", "PING¶ping¶"), ...run`a> PING`],
  "PUB byte by byte": published("PUB foo 5¶hello¶"),
  "PUB with reply byte by byte": published("PUB foo inbox 5¶hello¶"),
  "PUB of nothing byte by byte": published("PUB foo 0¶¶"),
  "two PUB byte by byte": published("PUB foo 2¶hi¶PUB bar 2¶ho¶"),
  "many blanks byte by byte": published("PUB \\t foo   2  ¶hi¶"),
  "SUB and UNSUB byte by byte": [
    ...run`a> PING`,
    ...bytewise("a", "SUB foo 1¶SUB bar group 2¶UNSUB 1¶UNSUB 2 1¶"),
    ...run`b> PUB foo 1¶x¶PUB bar 1¶y¶PUB bar 1¶z`,
  ],
  "HPUB byte by byte": [
    ...run`
      a= {"verbose":false,"headers":true}
      a> SUB foo 1`,
    ...bytewise("a", "HPUB foo 12 14¶NATS/1.0¶¶hi¶"),
  ],
  "+OK and INFO byte by byte": [
    ...run`a> PING`,
    ...bytewise("a", "+OK¶INFO {}¶"),
    ...run`a> PING`,
  ],
  "nonsense byte by byte": [...run`a> PING`, ...bytewise("a", "PUX")],
  "a fault after a good message byte by byte": published("PUB foo 1¶x¶X"),
  "-ERR byte by byte": [...run`a> PING`, ...bytewise("a", "-ERR x¶"), ...run`a?`],
  "cut within the verb": run`
    a> SUB foo 1
    b- PU
    b> B foo 2¶hi`,
  "cut after the verb": run`
    a> SUB foo 1
    b- PUB
    b> \sfoo 2¶hi`,
  "cut within the subject": run`
    a> SUB foo 1
    b- PUB fo
    b> o 2¶hi`,
  "cut before the size": run`
    a> SUB foo 1
    b- PUB foo\s
    b> 2¶hi`,
  "cut within the size": run`
    a> SUB foo 1
    b- PUB foo 1
    b> 0¶0123456789`,
  "cut between CR and LF of the line": run`
    a> SUB foo 1
    b- PUB foo 2\r
    b> \nhi`,
  "cut before the payload": run`
    a> SUB foo 1
    b- PUB foo 2¶
    b> hi`,
  "cut within the payload": run`
    a> SUB foo 1
    b- PUB foo 2¶h
    b> i`,
  "cut before the payload's CR": run`
    a> SUB foo 1
    b- PUB foo 2¶hi
    b> ${""}`,
  "cut between CR and LF of the payload": run`
    a> SUB foo 1
    b- PUB foo 2¶hi\r
    b- \n
    b> PING`,
  "a wrong byte after the payload, alone": run`
    b- PUB foo 2¶hi
    b- X
    b?`,
  "a wrong byte after the payload's CR, alone": run`
    b- PUB foo 2¶hi\r
    b- X
    b?`,
  "a wrong first byte needs no line": run`
    a- X
    a?`,
  "a wrong second byte needs no line": run`
    a- PX
    a?`,
  "a large payload in pieces": run`
    a> SUB foo 1
    b- PUB foo 200000¶${"p".repeat(70_000)}
    b- ${"q".repeat(70_000)}
    b> ${"r".repeat(60_000)}`,
  "a large payload and small ones around it": run`
    a> SUB foo 1
    b- PUB foo 1¶1¶PUB foo 100000¶${"p".repeat(50_000)}
    b> ${"q".repeat(50_000)}¶PUB foo 1¶2¶PUB foo 1¶3`,
  "two clients' lines interleaved": run`
    a> SUB foo 1
    b- PUB fo
    c- PUB f
    b> o 1¶b
    c> oo 1¶c`,
  "hanging up within a line": run`
    a> SUB foo 1
    b- PUB foo
    b.`,
  "hanging up within a payload": run`
    a> SUB foo 1
    b- PUB foo 5¶he
    b.`,
  "hanging up after a message": run`
    a> SUB foo 1
    b- PUB foo 2¶hi¶
    b.`,
});
