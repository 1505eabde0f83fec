import assert from "node:assert/strict";
import {
  type Fields,
  loginFields,
  operatorKey,
  readSection,
  sourcesFrom,
  tlsFields,
} from "../../../core/config/mod.ts";
import { etcdConfig } from "../../../plugins/etcd/mod.ts";
import { kafkaConfig } from "../../../plugins/kafka/mod.ts";

const names = ["user", "password", "ca_file", "cert_file", "key_file", "tls_server_name"];

Deno.test("loginFields() and tlsFields() read the keys of every client, all absent by default", () => {
  const fields = { ...loginFields(), ...tlsFields() };
  assert.deepEqual(Object.entries(fields).map(([name, field]) => operatorKey(name, field)), names);
  const none = readSection("x", fields, sourcesFrom({}));
  assert.deepEqual(Object.values(none.values!), new Array(names.length).fill(undefined));
  const sets = names.map((name) => `x.${name}=value`);
  const { values, problems } = readSection("x", fields, sourcesFrom({ sets }));
  assert.deepEqual(problems, []);
  assert.equal(values!.password!.reveal(), "value");
  assert.equal(String(values!.password).includes("value"), false);
  assert.equal(values!.tlsServerName, "value");
});

Deno.test("tlsFields() adds the notes of a section to the documentation", () => {
  const { caFile, tlsServerName } = tlsFields({ caFile: "One.", tlsServerName: "Two." });
  assert.match(caFile.doc, /certificate\. One\.$/);
  assert.match(tlsServerName.doc, /certificate\. Two\.$/);
});

for (const [section, fields] of Object.entries({ etcd: etcdConfig, kafka: kafkaConfig })) {
  Deno.test(`section ${section} has the keys of every client with a login and TLS`, () => {
    const own: Fields = fields;
    const common: Fields = { ...loginFields(), ...tlsFields() };
    for (const [name, field] of Object.entries(common)) {
      assert.equal(own[name].kind, field.kind, name);
      assert(own[name].doc.startsWith(field.doc), `${section}.${operatorKey(name, field)}`);
    }
  });
}
