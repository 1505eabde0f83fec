import assert from "node:assert/strict";
import type { ClientCertificate } from "../../../../plugins/nats_server/mod.ts";
import { CertificateUsers } from "../../../../plugins/nats_server/security/certificate_users.ts";
import { goText, parseName } from "../../../../plugins/nats_server/security/distinguished_name.ts";

/** A certificate with this subject and these alternative names. */
function certificate(
  subject: string,
  names: Partial<Pick<ClientCertificate, "emails" | "dnsNames" | "uris">> = {},
): ClientCertificate {
  const name = parseName(subject) ?? [];
  const none = { emails: [], dnsNames: [], uris: [], publicKeySha256: "", sha256: "" };
  return { ...none, ...names, name, subject: goText(name) };
}

/** The user that is found among those. */
function found(users: string[], given: ClientCertificate): string | undefined {
  return new CertificateUsers(new Map(users.map((user) => [user, user]))).find(given);
}

Deno.test("find() prefers email addresses, then DNS names, then URIs, then the subject", () => {
  const names = { emails: ["a@b.example"], dnsNames: ["b.example"], uris: ["urn:a"] };
  const given = certificate("CN=a", names);
  const users = ["CN=a", "urn:a", "b.example", "a@b.example"];
  for (const expected of users.toReversed()) {
    assert.equal(found(users.slice(0, users.indexOf(expected) + 1), given), expected);
  }
});

Deno.test("find() takes the exact order of a subject before another one", () => {
  const given = certificate("CN=a,O=b");
  assert.equal(found(["O=b,CN=a", "CN=a,O=b"], given), "CN=a,O=b");
  assert.equal(found(["O=b,CN=a"], given), "O=b,CN=a");
});

Deno.test("find() finds no user of a part of a name, or of a value that looks like a name", () => {
  assert.equal(found(["a", "CN=a"], certificate("CN=a,O=b")), undefined);
  assert.equal(found(["CN=a,O=b"], certificate("CN=a\\,O=b")), undefined);
  assert.equal(found([""], certificate("")), undefined);
});
