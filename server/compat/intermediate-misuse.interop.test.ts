import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { publishCrl } from "@/lib/authorities/publish-crl";
import { getAuthority } from "@/lib/authorities/read-authorities";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { readCrl } from "@/lib/pki/crl-reader";
import { adminActor } from "@/testing/actors";
import type { CompatGateway } from "@/testing/gateway/compat-fixture";
import { openSpireGateway, type Spire, trustDomain } from "@/testing/gateway/spire-fixture";

// Someone has the token of the SPIRE server, or a CA that it got. openssl judges what they can sign.
let spire: Spire, gateway: CompatGateway, caFile: string, caKey: string, id: string, serial: string;

beforeAll(async () => {
  spire = await openSpireGateway();
  ({ gateway } = spire);
  const made = await gateway.csr({ subject: "/O=SPIFFE", san: `URI:spiffe://${trustDomain}` });
  const { reply, entries } = await spire.mint(
    spire.body({ csr: readFileSync(made.pemFile, "utf8") }),
  );
  if (reply.status !== 200) throw new Error(reply.body);
  caFile = gateway.file("spire-ca.pem");
  writeFileSync(caFile, `${reply.json.data.certificate}\n`);
  caKey = made.keyFile;
  id = entries[0]?.target?.id ?? "";
  serial = reply.json.data.serial_number.replaceAll(":", "");
});
afterAll(async () => {
  await gateway?.close();
});

/** A certificate below the client's CA with these extensions; its file and key. */
async function below(name: string, ...extensions: readonly string[]) {
  return belowAs(name, "/O=SPIRE", extensions);
}
async function belowAs(name: string, subject: string, extensions: readonly string[]) {
  const [certFile, keyFile, configFile] = ["pem", "key", "cnf"].map((end) =>
    gateway.file(`${name}.${end}`),
  ) as [string, string, string];
  writeFileSync(configFile, `${extensions.join("\n")}\n`);
  await gateway.sh(
    `openssl ecparam -name prime256v1 -genkey -noout -out "$K"
     openssl req -new -key "$K" -subj "$S" -out "$F.csr"
     openssl x509 -req -in "$F.csr" -CA "$A" -CAkey "$AK" -days 1 -set_serial 0x1234 -extfile "$C" -out "$F" 2>/dev/null`,
    { K: keyFile, S: subject, F: certFile, A: caFile, AK: caKey, C: configFile },
  );
  return { certFile, keyFile };
}
const verify = (certFile: string, untrusted = caFile): Promise<string> =>
  gateway
    .sh(`openssl verify -CAfile "$R" -untrusted "$U" "$F" 2>&1 || true`, {
      R: gateway.rootFile,
      U: untrusted,
      F: certFile,
    })
    .then((text) => text.trim());

describe("someone who has the CA of a client", () => {
  test("issues for names of its trust domain", async () => {
    const { certFile } = await below("own", `subjectAltName=URI:spiffe://${trustDomain}/web`);
    expect(await verify(certFile)).toMatch(/: OK$/);
  });

  // What the operator sees when they confirm the permission, and docs/threat-model.md says.
  test.each([
    ["URIs of the host of its trust domain, of any scheme", `URI:https://${trustDomain}/x`],
    ["a UPN", "otherName:msUPN;UTF8:admin@victim.org"],
  ])("issues for %s, which no constraint keeps it from", async (name, san) => {
    const { certFile } = await below(name.replaceAll(/\W/g, "-"), `subjectAltName=${san}`);
    expect(await verify(certFile)).toMatch(/: OK$/);
  });

  test.each([
    ["another trust domain", "URI:spiffe://evil.net/web"],
    ["a trust domain below it", `URI:spiffe://sub.${trustDomain}/web`],
    ["a website", "DNS:www.example.com"],
    ["a host of its trust domain", `DNS:${trustDomain}`],
    ["a mailbox", "email:alice@victim.org"],
    ["a mailbox of its trust domain", `email:alice@${trustDomain}`],
    ["an address", "IP:10.0.0.1"],
    ["an IPv6 address", "IP:2001:db8::1"],
    ["its trust domain together with a website", `URI:spiffe://${trustDomain}/web,DNS:a.example`],
  ])("issues nothing for %s that openssl accepts", async (name, san) => {
    const { certFile } = await below(name.replaceAll(/\W/g, "-"), `subjectAltName=${san}`);
    expect(await verify(certFile)).toMatch(/(?:permitted|excluded) subtree violation/);
  });

  test("issues nothing for a mailbox in the subject that openssl accepts", async () => {
    const extensions = [`subjectAltName=URI:spiffe://${trustDomain}/web`];
    const { certFile } = await belowAs("mail", "/O=x/emailAddress=alice@victim.org", extensions);
    expect(await verify(certFile)).toMatch(/(?:permitted|excluded) subtree violation/);
  });

  // Go reads a URI's host together with all hosts below it, unless they are excluded.
  test("has a CA that excludes the trust domains below its own by name", async () => {
    const text = await gateway.sh(`openssl x509 -in "$F" -noout -ext nameConstraints`, {
      F: caFile,
    });
    const [permitted = "", excluded = ""] = text.split("Excluded:");
    expect(permitted).toContain(`URI:${trustDomain}\n`);
    expect(excluded).toContain(`URI:.${trustDomain}\n`);
  });

  test("makes no CA below it that openssl accepts", async () => {
    const sub = await below(
      "sub-ca",
      "basicConstraints=critical,CA:TRUE",
      "keyUsage=critical,keyCertSign",
      `subjectAltName=URI:spiffe://${trustDomain}`,
    );
    const [leaf, chain] = [gateway.file("deep.pem"), gateway.file("deep-chain.pem")];
    await gateway.sh(
      `openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /dev/null -subj /O=x -out "$L.csr" 2>/dev/null
       openssl x509 -req -in "$L.csr" -CA "$S" -CAkey "$SK" -days 1 -set_serial 5 -out "$L" 2>/dev/null; cat "$S" "$A" > "$C"`,
      { L: leaf, S: sub.certFile, SK: sub.keyFile, A: caFile, C: chain },
    );
    expect(await verify(leaf, chain)).toContain("path length constraint exceeded");
  });

  test("doesn't authenticate to Chancery with it, nor with what it signed", async () => {
    const own = { cert: readFileSync(caFile, "utf8"), key: readFileSync(caKey, "utf8") };
    const { certFile, keyFile } = await below(
      "client",
      `subjectAltName=URI:spiffe://${trustDomain}/admin`,
      "extendedKeyUsage=clientAuth",
    );
    const leaf = {
      cert: `${readFileSync(certFile, "utf8")}${own.cert}`,
      key: readFileSync(keyFile, "utf8"),
    };
    for (const [client, code] of [
      [own, "certificate.usage"],
      [leaf, "certificate.unknown-issuer"],
    ] as const) {
      const asked = await spire.mint(spire.body(), { client, token: undefined });
      expect([401, 403]).toContain(asked.reply.status);
      expect(asked.reply.body).toContain(code);
      const login = await gateway.send({ path: "/v1/auth/cert/login", body: {}, client });
      expect([401, 403]).toContain(login.status);
      expect(login.body).toContain(code);
    }
  });
});

describe("someone who has the token", () => {
  const api = (path: string, body?: unknown) =>
    gateway.send({
      path: `/api/v1${path}`,
      headers: { Authorization: `Bearer ${spire.token}`, "Content-Type": "application/json" },
      ...(body === undefined ? {} : { body }),
    });

  test("makes no permission, revokes none and sees none", async () => {
    const wish = { identity: spire.identity, authority: "root", trustDomain, maxDays: 9, count: 9 };
    expect((await api("/ca-permissions", wish)).status).toBe(403);
    expect((await api(`/ca-permissions/${spire.permission}/revoke`, {})).status).toBe(404);
    expect((await api("/ca-permissions")).status).toBe(403);
    expect((await api(`/ca-permissions/${spire.permission}`)).status).toBe(403);
  });

  test("gets no other certificate of the identity, over any of the calls", async () => {
    const csr = gateway.pem("/CN=spire", `URI:spiffe://${trustDomain}/server`);
    const signed = await gateway.send({
      path: "/v1/pki/sign/tls-client-service",
      token: spire.token,
      body: { csr },
    });
    expect(signed.status).toBe(400);
    const issued = await api("/certificates", {
      profile: "tls-client-service",
      identity: spire.identity,
      csr,
    });
    expect(issued.status).toBe(422);
    expect(issued.body).toContain("identity.confers-power");
    const asCa = await api("/certificates", {
      profile: "intermediate-ca",
      identity: spire.identity,
      csr,
    });
    expect(asCa.status).toBe(422);
  });
});

test("revoking the CA of a client puts it on the CRL of the CA above, and in its OCSP answers", async () => {
  const { deps } = gateway.harness;
  const status = () =>
    gateway.sh(
      `openssl ocsp -issuer "$R" -cert "$F" -url "$U/ocsp" -CAfile "$R" -no_nonce 2>&1 || true`,
      { R: gateway.rootFile, F: caFile, U: gateway.httpUrl() },
    );
  expect(await status()).toContain(": good");
  await revokeCertificate(deps, adminActor(), id, { reason: "keyCompromise" });
  const { id: root } = await getAuthority(deps, adminActor(), "root");
  const crl = readCrl((await publishCrl(deps, root)).der);
  expect(crl.has(Buffer.from(serial, "hex"))).toBe(true);
  await expect.poll(status, { timeout: 10_000 }).toContain(": revoked");
});
