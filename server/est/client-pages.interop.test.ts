import { X509Certificate } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openEstGateway, textOf, type EstGateway } from "@/testing/gateway/est-fixture";
import { openShell, readClientPage } from "@/testing/gateway/client-page";

// People copy the commands of docs/clients: each page is run as it stands, with another name.
const hasJava = existsSync("/usr/bin/keytool") || Boolean(process.env["CI"]);
let gateway: EstGateway;
beforeAll(async () => {
  gateway = await openEstGateway();
});
afterAll(() => gateway?.close());

/** A service with a secret for this profile, and a shell with the variables of a page. */
async function prepare(client: string, profile: string) {
  const name = `${client}.example.com`;
  const identity = await gateway.service(client, [name]);
  const { id, secret } = await gateway.secretFor(identity, { profile });
  const variables = {
    EST: `${gateway.httpsUrl()}/.well-known/est/${profile}`,
    MTLS: gateway.mtlsUrl(),
    ID: id,
    SECRET: secret ?? "",
  };
  const home = gateway.file(client);
  const shell = openShell(home, gateway.rootFile, variables);
  return { page: readClientPage(client, name), identity, home, name, shell };
}
const statesOf = async (identityId: string): Promise<unknown[]> => {
  const rows = await gateway.harness.asSuper(
    "select state from certificate where identity_id = $1 order by created_at, id",
    [identityId],
  );
  return rows.map(({ state }) => state);
};

test("the commands of docs/clients/curl.md get a certificate, replace it and revoke it", async () => {
  const { page, identity, home, name, shell } = await prepare("curl", "tls-client-service");
  expect(await shell(page.under("First certificate"))).toContain("cert.pem: OK");
  const first = new X509Certificate(textOf(join(home, "cert.pem")));
  expect(first.subjectAltName).toBe(`DNS:${name}`);
  await shell(page.under("Renew"));
  const second = new X509Certificate(textOf(join(home, "cert.pem")));
  expect(second.publicKey.equals(first.publicKey)).toBe(false);
  expect(await statesOf(identity)).toEqual(["issued", "issued"]);
  await shell(page.under("Revoke"));
  expect(await statesOf(identity)).toEqual(["issued", "revoked"]);
});

test.skipIf(!hasJava)(
  "the commands of docs/clients/keytool.md get a chain into a keystore that made its key",
  async () => {
    const { page, identity, shell } = await prepare("keytool", "tls-server");
    expect(await shell(page.under("First certificate"))).toContain(
      "Certificate reply was installed in keystore",
    );
    const listed = await shell(
      "keytool -list -v -alias pay -keystore store.p12 -storepass changeit",
    );
    expect(listed).toContain("Certificate chain length: 3");
    expect(await statesOf(identity)).toEqual(["issued"]);
  },
);
