import { describe, expect, test } from "vitest";
import { decideCertificate, missingCertificate } from "./decide-certificate";
import type { CertificateFacts } from "./decide-certificate";
import { certificateCodes } from "./types";
import type { KnownCertificate } from "./types";

const now = new Date("2026-11-23T12:00:00.000Z"),
  at = (seconds: number) => new Date(now.getTime() + seconds * 1000);
const said = {
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
const known: KnownCertificate = {
  id: "crt_1",
  serial: "0a0b",
  state: "issued",
  notBefore: at(-3600),
  notAfter: at(3600),
  profile: "tls-client-service",
  identity,
};
const presented = { fingerprintSha256: "ff01", serial: "0a0b", said, forClients: true };
const facts: CertificateFacts = { now, ip: "10.20.30.40", presented, known, signedBy: "elsewhere" };

type Over = Omit<Partial<CertificateFacts>, "known"> & {
  known?: Partial<KnownCertificate> | null;
  identity?: Partial<KnownCertificate["identity"]>;
  forClients?: boolean;
};
function decide({ known: row, identity: owner, forClients, ...rest }: Over) {
  const whole = row === null ? null : { ...known, ...row, identity: { ...identity, ...owner } };
  return decideCertificate({
    ...facts,
    ...rest,
    known: whole,
    ...(forClients === undefined ? {} : { presented: { ...presented, forClients } }),
  });
}

test("a certificate that was issued here, in time, in force, for clients, of an active identity, from an allowed network speaks for its owner", () => {
  expect(decide({})).toEqual({
    accepted: true,
    peer: {
      certificateId: "crt_1",
      serial: "0a0b",
      fingerprintSha256: "ff01",
      notAfter: known.notAfter,
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
    ["nothing that can be read", { presented: null, known: null }, "certificate.unreadable", 401],
    ["from an authority that is not ours", { known: null }, "certificate.unknown-issuer", 401],
    [
      "with the name of ours and another key",
      { known: null, signedBy: "forged" },
      "certificate.forged",
      401,
    ],
    [
      "signed by ours and in no record",
      { known: null, signedBy: "ours" },
      "certificate.not-issued",
      401,
    ],
    [
      "a plan that was never finished",
      { known: { state: "planned" } },
      "certificate.not-issued",
      401,
    ],
    ["a failed one", { known: { state: "failed" } }, "certificate.not-issued", 401],
    ["in a state that nobody knows", { known: { state: "good" } }, "certificate.not-issued", 401],
    ["revoked", { known: revoked }, "certificate.revoked", 401],
    ["revoked and expired", { known: { ...revoked, ...late } }, "certificate.revoked", 401],
    [
      "revoked, of a suspended identity, from elsewhere",
      { known: revoked, identity: { ...suspended, ...abroad } },
      "certificate.revoked",
      401,
    ],
    ["on hold", { known: { state: "held" } }, "certificate.on-hold", 401],
    ["on hold and expired", { known: { state: "held", ...late } }, "certificate.on-hold", 401],
    ["a second too early", { known: { notBefore: at(1) } }, "certificate.not-yet-valid", 401],
    ["a second too late", { known: { notAfter: at(-1) } }, "certificate.expired", 401],
    [
      "expired, of a suspended identity",
      { known: late, identity: suspended },
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
    ["of a kind that nobody knows", { identity: { kind: "robot" } }, "certificate.internal", 403],
    ["not for clients", { forClients: false }, "certificate.usage", 403],
    ["of a suspended identity", { identity: suspended }, "identity.suspended", 403],
    [
      "of an identity in a state that nobody knows",
      { identity: { status: "" } },
      "identity.suspended",
      403,
    ],
    [
      "of a suspended identity, from elsewhere",
      { identity: { ...suspended, ...abroad } },
      "identity.suspended",
      403,
    ],
    ["from another network", { identity: abroad }, "certificate.network", 403],
    [
      "from the neighbour of an allowed address",
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
    expect(decision).toMatchObject({ accepted: false, code, status });
    expect(certificateCodes).toContain(code);
  });
  test("the first and the last second belong to its time", () => {
    expect(decide({ known: { notBefore: now, notAfter: now } }).accepted).toBe(true);
    expect(
      decide({ now: new Date(now.getTime() + 999), known: { notBefore: now, notAfter: now } })
        .accepted,
    ).toBe(true);
    expect(decide({ now: new Date(now.getTime() + 1000), known: { notAfter: now } })).toMatchObject(
      { code: "certificate.expired" },
    );
  });
  test("networks that cannot be read are a fault and never a yes", () => {
    expect(() => decide({ identity: { networks: ["everywhere"] } })).toThrow(
      expect.objectContaining({ code: "network.invalid" }),
    );
  });
});

describe("what a refusal names", () => {
  test("of a certificate of ours its id and identity, of any other its serial, fingerprint and claims alone", () => {
    expect(decide({ known: { state: "revoked" } })).toMatchObject({
      credential: { certificateId: "crt_1", serial: "0a0b", fingerprintSha256: "ff01" },
      known: { certificateId: "crt_1", identity: { id: "idn_1", name: "payments" } },
      presented: null,
    });
    expect(decide({ known: null, signedBy: "forged" })).toMatchObject({
      credential: { certificateId: null, serial: "0a0b", fingerprintSha256: "ff01" },
      known: null,
      presented: said,
    });
    expect(missingCertificate()).toMatchObject({
      code: "certificate.missing",
      status: 401,
      credential: null,
      known: null,
      presented: null,
    });
    expect(decide({ presented: null, known: null })).toMatchObject({
      credential: null,
      presented: null,
    });
  });
  test("every refusal says what is wrong and how to mend it, and none tells a thief which networks are allowed", () => {
    const refusals = [
      missingCertificate(),
      ...[
        { known: null },
        { known: { state: "revoked" } },
        { known: { notAfter: at(-9) } },
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
