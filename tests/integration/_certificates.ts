/**
 * Certificates for tests with real servers, made with openssl.
 *
 * @module
 */
import assert from "node:assert/strict";

/**
 * Creates in `dir` two CAs, `ca.pem` and `stranger.pem`, and the certificates `server.pem` and `client.pem` that `ca`
 * signed, each with its key in a file that ends with `.key`.
 *
 * @param altNames Subject alternative names, as openssl writes them: `DNS:etcd.test,IP:127.0.0.1`.
 */
export async function createCertificates(dir: string, altNames: string): Promise<void> {
  for (const name of ["ca", "stranger"]) {
    await openssl(dir, [
      ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", `/CN=${name}`],
      ...["-keyout", `${name}.key`, "-out", `${name}.pem`],
    ]);
  }
  for (const [name, usage] of [["server", "serverAuth"], ["client", "clientAuth"]]) {
    await Deno.writeTextFile(
      `${dir}/${name}.ext`,
      `subjectAltName=${altNames}\nextendedKeyUsage=${usage}\n`,
    );
    await openssl(dir, [
      ...["req", "-newkey", "rsa:2048", "-nodes", "-subj", `/CN=${name}`],
      ...["-keyout", `${name}.key`, "-out", `${name}.csr`],
    ]);
    await openssl(dir, [
      ...["x509", "-req", "-in", `${name}.csr`, "-CA", "ca.pem", "-CAkey", "ca.key"],
      ...["-CAcreateserial", "-days", "2", "-extfile", `${name}.ext`, "-out", `${name}.pem`],
    ]);
  }
}

async function openssl(cwd: string, args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", { args, cwd }).output();
  assert(success, new TextDecoder().decode(stderr));
}
