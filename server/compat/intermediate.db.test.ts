import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listPower } from "@/lib/identities/read-power";
import { readCertificate } from "@/lib/pki/certificate";
import { readNameConstraints } from "@/lib/pki/name-constraints";
import { extensionOids } from "@/lib/pki/oids";
import { adminActor } from "@/testing/actors";
import { openSpireGateway, type Spire, trustDomain } from "@/testing/gateway/spire-fixture";

let spire: Spire;
beforeAll(async () => {
  spire = await openSpireGateway();
});
afterAll(async () => {
  await spire?.gateway.close();
});

describe("sign-intermediate", () => {
  test("SPIRE's request gets a CA of its trust domain: path length 0, bound by critical name constraints, without extended key usage", async () => {
    const { reply, entries } = await spire.mint();
    expect(reply.status, reply.body).toBe(200);
    const { certificate, issuing_ca, ca_chain, expiration } = reply.json.data;
    const ca = new X509Certificate(certificate);
    expect(ca.ca).toBe(true);
    expect(ca.subjectAltName).toBe(`URI:spiffe://${trustDomain}`);
    expect(ca.keyUsage ?? null).toBeNull();
    const text = execFileSync("openssl", ["x509", "-noout", "-text"], {
      input: certificate,
    }).toString();
    expect(text).toMatch(/X509v3 Basic Constraints: critical\s+CA:TRUE, pathlen:0/);
    expect(text).toMatch(/X509v3 Key Usage: critical\s+Certificate Sign, CRL Sign/);
    expect(text).not.toContain("Extended Key Usage");
    const { extensions } = readCertificate(new Uint8Array(ca.raw));
    const found = extensions.find(({ oid }) => oid === extensionOids.nameConstraints);
    expect(found?.critical).toBe(true);
    const { permitted, excluded } = readNameConstraints(found?.value ?? new Uint8Array());
    expect(permitted.map(({ type, text: base }) => [type, base])).toEqual([
      ["uri", trustDomain],
      ["email", "invalid"],
    ]);
    expect(excluded.map(({ type, text: base }) => [type, base]).slice(0, 3)).toEqual([
      ["uri", `.${trustDomain}`],
      ["email", ""],
      ["dns", ""],
    ]);
    expect(excluded.slice(3).map(({ type }) => type)).toEqual(["ip", "ip"]);
    // What SPIRE reads: the new CA first, in the same text, and the root last.
    expect(ca_chain[0]).toBe(certificate);
    expect(ca_chain[1]).toBe(issuing_ca);
    const root = new X509Certificate(ca_chain.at(-1) ?? "");
    expect(root.verify(root.publicKey) && ca.verify(root.publicKey)).toBe(true);
    expect(expiration).toBe(Math.floor(Date.parse(ca.validTo) / 1000));
    expect(entries.map(({ action }) => action)).toEqual([
      "certificate.planned",
      "certificate.issued",
    ]);
    expect(entries[0]).toMatchObject({
      actor: { kind: "token" },
      details: { via: "vault", identityId: spire.identity },
      decision: {
        rules: expect.arrayContaining([expect.objectContaining({ input: spire.permission })]),
      },
    });
  });

  test("the identity appears in the access review with its permission", async () => {
    const { items } = await listPower(spire.gateway.harness.deps, adminActor());
    expect(items.find((item) => item.identity.id === spire.identity)?.powers).toEqual([
      { power: "ca", through: { kind: "ca-permission", id: spire.permission, label: trustDomain } },
    ]);
  });
});
