import { describe, expect, test } from "vitest";
import {
  type CertificateFacts,
  evaluateCertificate,
  missingCertificate,
} from "./evaluate-certificate";
import { certificateCodes, type CertificateCode, type StoredCertificate } from "./types";
import { httpStatusOf } from "@/lib/errors/http-status";

const now = new Date("2026-11-23T12:00:00.000Z"),
  at = (seconds: number) => new Date(now.getTime() + seconds * 1000);
const claims = {
  subject: "CN=pay.example.com",
  issuer: "CN=Example Issuing",
  notBefore: "2026-11-01T00:00:00.000Z",
  notAfter: "2026-12-01T00:00:00.000Z",
};
const identity = {
  id: "idn_1",
  name: "payments",
  kind: "service",
  status: "active",
  networks: [] as string[],
};
const stored: StoredCertificate = {
  id: "crt_1",
  serial: "0a0b",
  state: "issued",
  notBefore: at(-3600),
  notAfter: at(3600),
  profile: "tls-client-service",
  identity,
  ofProxy: null,
};
const presented = { fingerprintSha256: "ff01", serial: "0a0b", claims, forClients: true };
const facts: CertificateFacts = {
  now,
  ip: "10.20.30.40",
  assertedBy: null,
  presented,
  certificate: stored,
  issuerCheck: "unknown",
};

type Over = Omit<Partial<CertificateFacts>, "certificate"> & {
  certificate?: Partial<StoredCertificate> | null;
  identity?: Partial<StoredCertificate["identity"]>;
  forClients?: boolean;
};
function decide({ certificate: row, identity: owner, forClients, ...rest }: Over) {
  const whole = row === null ? null : { ...stored, ...row, identity: { ...identity, ...owner } };
  return evaluateCertificate({
    ...facts,
    ...rest,
    certificate: whole,
    ...(forClients === undefined ? {} : { presented: { ...presented, forClients } }),
  });
}

test("a valid client certificate that was issued here to an active identity authenticates it from an allowed network", () => {
  expect(decide({})).toEqual({
    accepted: true,
    peer: {
      assertedBy: null,
      certificateId: "crt_1",
      serial: "0a0b",
      fingerprintSha256: "ff01",
      notAfter: stored.notAfter,
      profile: "tls-client-service",
      identity: { id: "idn_1", name: "payments", kind: "service" },
    },
  });
  for (const kind of ["person", "service", "device"])
    expect(decide({ identity: { kind } }).accepted).toBe(true);
  for (const networks of [["10.20.0.0/16"], ["192.0.2.0/24", "10.20.30.40/32"], ["0.0.0.0/0"]])
    expect(decide({ identity: { networks } }).accepted).toBe(true);
});

describe("and it is refused with one code, by what comes first", () => {
  const revoked = { state: "revoked" },
    late = { notAfter: at(-60) },
    abroad = { networks: ["192.0.2.0/24"] },
    suspended = { status: "suspended" };
  test.each<[string, Over, string, 401 | 403]>([
    [
      "nothing that can be read",
      { presented: null, certificate: null },
      "certificate.unreadable",
      401,
    ],
    [
      "from an authority that is not ours",
      { certificate: null },
      "certificate.unknown-issuer",
      401,
    ],
    [
      "with our CA's name and another key",
      { certificate: null, issuerCheck: "forged" },
      "certificate.forged",
      401,
    ],
    [
      "signed by ours and in no record",
      { certificate: null, issuerCheck: "signed" },
      "certificate.not-issued",
      401,
    ],
    [
      "a plan that was never finished",
      { certificate: { state: "planned" } },
      "certificate.not-issued",
      401,
    ],
    ["a failed one", { certificate: { state: "failed" } }, "certificate.not-issued", 401],
    ["in an unknown state", { certificate: { state: "good" } }, "certificate.not-issued", 401],
    ["revoked", { certificate: revoked }, "certificate.revoked", 401],
    ["revoked and expired", { certificate: { ...revoked, ...late } }, "certificate.revoked", 401],
    [
      "revoked, of a suspended identity, from elsewhere",
      { certificate: revoked, identity: { ...suspended, ...abroad } },
      "certificate.revoked",
      401,
    ],
    ["on hold", { certificate: { state: "held" } }, "certificate.on-hold", 401],
    [
      "on hold and expired",
      { certificate: { state: "held", ...late } },
      "certificate.on-hold",
      401,
    ],
    ["a second too early", { certificate: { notBefore: at(1) } }, "certificate.not-yet-valid", 401],
    ["a second too late", { certificate: { notAfter: at(-1) } }, "certificate.expired", 401],
    [
      "expired, of a suspended identity",
      { certificate: late, identity: suspended },
      "certificate.expired",
      401,
    ],
    ["of Chancery itself", { identity: { kind: "system" } }, "certificate.internal", 403],
    [
      "of Chancery itself, and for servers",
      { identity: { kind: "system" }, forClients: false },
      "certificate.internal",
      403,
    ],
    ["of an unknown kind", { identity: { kind: "robot" } }, "certificate.internal", 403],
    ["not for clients", { forClients: false }, "certificate.usage", 403],
    ["of a suspended identity", { identity: suspended }, "identity.suspended", 403],
    ["of an identity in an unknown state", { identity: { status: "" } }, "identity.suspended", 403],
    [
      "of a suspended identity, from elsewhere",
      { identity: { ...suspended, ...abroad } },
      "identity.suspended",
      403,
    ],
    ["from another network", { identity: abroad }, "certificate.network", 403],
    [
      "from the address next to an allowed one",
      { identity: { networks: ["10.20.30.41/32"] } },
      "certificate.network",
      403,
    ],
    [
      "from an address that is not known",
      { ip: null, identity: { networks: ["0.0.0.0/0", "::/0"] } },
      "certificate.network",
      403,
    ],
    [
      "from an IPv6 address where IPv4 is allowed",
      { ip: "2001:db8::1", identity: { networks: ["0.0.0.0/0"] } },
      "certificate.network",
      403,
    ],
  ])("%s", (_what, over, code, status) => {
    const decision = decide(over);
    expect(decision).toMatchObject({ accepted: false, code });
    expect(httpStatusOf(code as CertificateCode)).toBe(status);
    expect(certificateCodes).toContain(code);
  });
  test("the first and the last second belong to its time", () => {
    expect(decide({ certificate: { notBefore: now, notAfter: now } }).accepted).toBe(true);
    expect(
      decide({ now: new Date(now.getTime() + 999), certificate: { notBefore: now, notAfter: now } })
        .accepted,
    ).toBe(true);
    expect(
      decide({ now: new Date(now.getTime() + 1000), certificate: { notAfter: now } }),
    ).toMatchObject({ code: "certificate.expired" });
  });
  test("networks that cannot be read are a fault and never a yes", () => {
    expect(() => decide({ identity: { networks: ["everywhere"] } })).toThrow(
      expect.objectContaining({ code: "network.invalid" }),
    );
  });
});

describe("what a refusal names", () => {
  test("a refusal names id and identity for our own certificate, and only serial number, fingerprint and claims of any other", () => {
    expect(decide({ certificate: { state: "revoked" } })).toMatchObject({
      credential: { certificateId: "crt_1", serial: "0a0b", fingerprintSha256: "ff01" },
      certificate: { certificateId: "crt_1", identity: { id: "idn_1", name: "payments" } },
      claims: null,
    });
    expect(decide({ certificate: null, issuerCheck: "forged" })).toMatchObject({
      credential: { certificateId: null, serial: "0a0b", fingerprintSha256: "ff01" },
      certificate: null,
      claims,
    });
    expect(missingCertificate()).toMatchObject({
      code: "certificate.missing",
      credential: null,
      certificate: null,
      claims: null,
    });
    expect(httpStatusOf("certificate.missing")).toBe(401);
    expect(decide({ presented: null, certificate: null })).toMatchObject({
      credential: null,
      claims: null,
    });
  });
  test("every refusal says what is wrong and how to fix it, and none tells a thief which networks are allowed", () => {
    const refusals = [
      missingCertificate(),
      ...[
        { certificate: null },
        { certificate: { state: "revoked" } },
        { certificate: { notAfter: at(-9) } },
        { identity: { networks: ["192.0.2.0/24"] } },
      ].map((over) => decide(over as Over)),
    ];
    for (const refusal of refusals) {
      if (refusal.accepted) throw new Error("it was not refused");
      expect(refusal.title.length).toBeGreaterThan(15);
      expect(refusal.detail).toMatch(/\. .*[.…]$|\.$/);
      expect(refusal.detail).not.toContain("192.0.2");
    }
    expect(decide({ identity: { networks: ["192.0.2.0/24"] } })).toMatchObject({
      detail: expect.stringContaining("10.20.30.40") as string,
    });
  });
});
