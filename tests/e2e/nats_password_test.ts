import assert from "node:assert/strict";
import { RawClient } from "../_support/raw_client.ts";
import { startAgent } from "./_agent.ts";

/** bcrypt of `s3cret`, cost 4. */
const password = "$2b$04$ScNZLzwkDAl6077IBcr.e.8zvC.n9Cur5m.8Q7pZ0Z64Akrn7prFK";

// The check runs in a worker, which source tree, bundle and binary find in different places.
Deno.test("the agent lets a NATS user with a bcrypt password in, and refuses a wrong password", async () => {
  await using agent = await startAgent({
    config: { nats: { users: [{ user: "app", password }] } },
  });
  const port = Number(new URL(agent.natsUrl).port);
  for (
    const [pass, answer] of [
      ["s3cret", "PONG\r\n"],
      ["guess", "-ERR 'Authorization Violation'\r\n"],
    ]
  ) {
    using client = await RawClient.open(port);
    await client.send(`CONNECT {"verbose":false,"user":"app","pass":"${pass}"}\r\nPING\r\n`);
    await client.until(answer);
    assert.ok(client.received.endsWith(answer), client.received);
  }
});
