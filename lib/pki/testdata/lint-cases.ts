import {
  bitString,
  boolean,
  explicitTag,
  ia5String,
  integer,
  namedBits,
  nullValue,
  octetString,
  oid,
  printableString,
  sequence,
  setOf,
  tags,
  tlv,
  utf8String,
} from "@/lib/pki/der";
import { encodeSignatureAlgorithm } from "@/lib/pki/algorithms";
import {
  authorityKeyIdentifierExtension,
  basicConstraintsExtension,
  distributionPointName,
  encodeExtension,
  extendedKeyUsageExtension,
  keyUsageExtension,
  noRevAvailExtension,
  ocspNoCheckExtension,
  statusExtensions,
  subjectAltNameExtension,
  subjectKeyIdentifierExtension,
} from "@/lib/pki/extensions";
import { subjectKeyIdentifier } from "@/lib/pki/keys";
import { encodeName } from "@/lib/pki/names";
import { attributeOids, extendedKeyUsageOids, extensionOids, otherOids } from "@/lib/pki/oids";
import {
  generalized,
  issuerName,
  leafSpki,
  otherSpki,
  permittedExample,
  utcTime,
  validityOf,
  type Change,
  type FixtureKind,
} from "@/lib/pki/testdata/lint-parts";
import { urls } from "@/lib/pki/testdata/authorities";

/** One lint: the smallest change that fails it, and a near neighbour that passes. `also` names lints that cannot help failing with it. */
export type LintCase = Readonly<{
  kind?: FixtureKind;
  fails: Change;
  passes: Change;
  also?: readonly string[];
}>;

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"));
const text = (value: string): Uint8Array => Buffer.from(value, "latin1");
const raw = (type: string, critical: Uint8Array | null, value: Uint8Array): Uint8Array =>
  sequence(oid(type), critical ?? new Uint8Array(0), octetString(value));
const san = (...names: readonly Uint8Array[]): Uint8Array =>
  raw(extensionOids.subjectAltName, null, sequence(...names));
const dnsName = (name: string): Uint8Array => tlv(0x82, text(name));
const withName = (...names: readonly Uint8Array[]): Change => ({
  extensions: { san: san(dnsName("pay.example.com"), ...names) },
});
const attribute = (type: string, value: Uint8Array): Uint8Array =>
  sequence(oid(attributeOids[type]!), value);
const subject = (...attributes: readonly Uint8Array[]): Change => ({
  subject: sequence(
    setOf(attribute("CN", utf8String("pay.example.com"))),
    ...attributes.map((one) => setOf(one)),
  ),
});
const constraints = (critical: boolean): Uint8Array =>
  encodeExtension(extensionOids.nameConstraints, critical, permittedExample);
const [ocspAccess] = statusExtensions({ crl: null, ocsp: urls.ocsp, caIssuers: null });
const emptySubject = encodeName([]);

const shape: Readonly<Record<string, LintCase>> = {
  "lint.version": { fails: { version: explicitTag(0, integer(1)) }, passes: {} },
  "lint.unique-identifiers": { fails: { unique: tlv(0x81, bytes("00aa")) }, passes: {} },
  "lint.extensions-empty": {
    fails: { rawExtensions: explicitTag(3, sequence()) },
    passes: {},
    also: [
      "lint.authority-key-identifier",
      "lint.key-usage-of-profile",
      "lint.extended-key-usage-of-profile",
      "lint.common-name-in-san",
    ],
  },
  "lint.extension-duplicate": {
    fails: { extensions: { again: basicConstraintsExtension(false, null) } },
    passes: {},
  },
  "lint.critical-default": {
    fails: {
      extensions: {
        ski: raw(
          extensionOids.subjectKeyIdentifier,
          boolean(false),
          octetString(subjectKeyIdentifier(leafSpki)),
        ),
      },
    },
    passes: {},
  },
  "lint.extension-unknown-critical": {
    fails: { extensions: { strange: encodeExtension("1.3.6.1.4.1.99999.1", true, nullValue()) } },
    passes: { extensions: { strange: encodeExtension("1.3.6.1.4.1.99999.1", false, nullValue()) } },
  },
};

const fields: Readonly<Record<string, LintCase>> = {
  "lint.serial-positive": {
    fails: { serial: tlv(tags.integer, bytes("9f2e3d4c5b6a798897a6b5c4d3e2f101")) },
    passes: {},
  },
  "lint.serial-length": {
    fails: { serial: integer(bytes("1f2e3d4c5b6a79")) },
    passes: { serial: integer(bytes("1f2e3d4c5b6a798897a6b5c4d3e2f101020304")) },
  },
  "lint.serial-form": {
    fails: { serial: tlv(tags.integer, bytes("001f2e3d4c5b6a798897a6b5c4d3e2f101")) },
    passes: { serial: tlv(tags.integer, bytes("00ff2e3d4c5b6a798897a6b5c4d3e2f101")) },
  },
  "lint.issuer-bytes": {
    // The same words in another string type: a client that compares bytes finds no issuer.
    fails: {
      issuer: sequence(
        setOf(attribute("O", printableString("Example"))),
        setOf(attribute("CN", printableString("Example Fixture CA"))),
      ),
    },
    passes: { issuer: issuerName },
  },
  "lint.algorithm": {
    fails: { algorithm: sequence(oid(otherOids.ed25519), nullValue()) },
    passes: {},
  },
  "lint.algorithm-of-issuer": {
    fails: { algorithm: encodeSignatureAlgorithm("ecdsa-sha256") },
    passes: {},
  },
  "lint.key": {
    fails: {
      spki: sequence(
        sequence(oid(otherOids.ed25519), nullValue()),
        bitString(new Uint8Array(32).fill(9)),
      ),
      extensions: { ski: null },
    },
    passes: {},
  },
  "lint.time-form": {
    fails: { validity: sequence(utcTime("2611231000Z"), utcTime("261223095959Z")) },
    passes: {},
  },
  "lint.time-choice": {
    fails: { validity: sequence(utcTime("261123100000Z"), generalized("20261223095959Z")) },
    passes: {},
  },
  "lint.validity-order": {
    fails: { validity: validityOf("2026-11-23T10:00:01Z", "2026-11-23T10:00:00Z") },
    passes: { validity: validityOf("2026-11-23T10:00:00Z", "2026-11-23T10:00:00Z") },
  },
  "lint.validity-beyond-issuer": {
    fails: { validity: validityOf("2035-12-01T00:00:00Z", "2036-01-01T00:00:00Z") },
    passes: { validity: validityOf("2035-12-01T00:00:00Z", "2035-12-31T23:59:59Z") },
  },
  "lint.validity-beyond-profile": {
    fails: { validity: validityOf("2026-11-01T00:00:00Z", "2027-01-30T00:01:00Z") },
    passes: { validity: validityOf("2026-11-01T00:00:00Z", "2027-01-30T00:00:59Z") },
  },
};

const subjects: Readonly<Record<string, LintCase>> = {
  "lint.name-form": { fails: { subject: sequence(setOf()) }, passes: subject() },
  "lint.name-length": {
    fails: subject(attribute("O", utf8String("é".repeat(65)))),
    passes: subject(attribute("O", utf8String("é".repeat(64)))),
  },
  "lint.name-encoding": {
    fails: subject(attribute("O", tlv(tags.teletexString, text("Example")))),
    passes: subject(attribute("O", printableString("Example"))),
  },
  "lint.name-value": {
    fails: subject(attribute("O", utf8String("Exam\u0000ple"))),
    passes: subject(attribute("O", utf8String("Exam ple"))),
  },
  "lint.country": {
    fails: subject(attribute("C", printableString("de"))),
    passes: subject(attribute("C", printableString("DE"))),
  },
  "lint.subject-of-authority": { kind: "authority", fails: { subject: emptySubject }, passes: {} },
};

const identifiers: Readonly<Record<string, LintCase>> = {
  "lint.authority-key-identifier": {
    fails: { extensions: { aki: authorityKeyIdentifierExtension(new Uint8Array(20)) } },
    passes: {},
  },
  "lint.subject-key-identifier-missing": {
    kind: "authority",
    fails: { extensions: { ski: null } },
    passes: {},
  },
  "lint.subject-key-identifier": {
    fails: { extensions: { ski: subjectKeyIdentifierExtension(subjectKeyIdentifier(otherSpki)) } },
    passes: { extensions: { ski: null } },
  },
  "lint.key-identifier-critical": {
    fails: {
      extensions: {
        ski: encodeExtension(
          extensionOids.subjectKeyIdentifier,
          true,
          octetString(subjectKeyIdentifier(leafSpki)),
        ),
      },
    },
    passes: {},
  },
};

const usages: Readonly<Record<string, LintCase>> = {
  "lint.key-usage-form": {
    fails: {
      extensions: { keyUsage: raw(extensionOids.keyUsage, boolean(true), bytes("03020080")) },
    },
    passes: {
      extensions: { keyUsage: raw(extensionOids.keyUsage, boolean(true), namedBits([0])) },
    },
    also: ["lint.key-usage-of-profile"],
  },
  "lint.key-usage-critical": {
    fails: { extensions: { keyUsage: raw(extensionOids.keyUsage, null, namedBits([0])) } },
    passes: {},
  },
  "lint.key-usage-authority": {
    fails: { extensions: { keyUsage: keyUsageExtension(["digitalSignature", "keyCertSign"]) } },
    passes: {},
    also: ["lint.key-usage-of-profile"],
  },
  "lint.key-usage-of-key": {
    fails: { extensions: { keyUsage: keyUsageExtension(["digitalSignature", "keyEncipherment"]) } },
    passes: {},
    also: ["lint.key-usage-of-profile"],
  },
  "lint.key-usage-of-profile": {
    fails: { extensions: { keyUsage: keyUsageExtension(["digitalSignature", "nonRepudiation"]) } },
    passes: {},
  },
  "lint.extended-key-usage-form": {
    fails: { extensions: { extendedKeyUsage: raw(extensionOids.extKeyUsage, null, sequence()) } },
    passes: {},
    also: ["lint.extended-key-usage-of-profile"],
  },
  "lint.extended-key-usage-any": {
    fails: {
      extensions: {
        extendedKeyUsage: raw(
          extensionOids.extKeyUsage,
          null,
          sequence(oid(extendedKeyUsageOids.serverAuth), oid("2.5.29.37.0")),
        ),
      },
    },
    passes: {},
    also: ["lint.extended-key-usage-of-profile"],
  },
  "lint.extended-key-usage-twice": {
    fails: {
      extensions: { extendedKeyUsage: extendedKeyUsageExtension(["serverAuth", "serverAuth"]) },
    },
    passes: {},
  },
  "lint.extended-key-usage-of-profile": {
    fails: {
      extensions: { extendedKeyUsage: extendedKeyUsageExtension(["serverAuth", "clientAuth"]) },
    },
    passes: {},
  },
  "lint.basic-constraints-form": {
    fails: {
      extensions: {
        basicConstraints: raw(
          extensionOids.basicConstraints,
          boolean(true),
          sequence(boolean(false)),
        ),
      },
    },
    passes: {},
  },
  "lint.basic-constraints-critical": {
    kind: "authority",
    fails: {
      extensions: {
        basicConstraints: raw(
          extensionOids.basicConstraints,
          null,
          sequence(boolean(true), integer(0)),
        ),
      },
    },
    passes: { extensions: { basicConstraints: basicConstraintsExtension(true, null) } },
  },
  "lint.basic-constraints-authority": {
    fails: { extensions: { basicConstraints: basicConstraintsExtension(true, null) } },
    passes: { extensions: { basicConstraints: null } },
  },
  "lint.path-length-without-authority": {
    fails: {
      extensions: {
        basicConstraints: raw(extensionOids.basicConstraints, boolean(true), sequence(integer(5))),
      },
    },
    passes: {},
  },
  "lint.path-length-of-issuer": {
    kind: "authority",
    fails: { extensions: { basicConstraints: basicConstraintsExtension(true, 1) } },
    passes: { extensions: { basicConstraints: basicConstraintsExtension(true, 0) } },
  },
};

const sans: Readonly<Record<string, LintCase>> = {
  "lint.san-form": {
    fails: {
      subject: encodeName([{ type: "O", value: "Example" }]),
      extensions: { san: raw(extensionOids.subjectAltName, null, sequence()) },
    },
    passes: {},
  },
  "lint.san-missing": {
    fails: { subject: emptySubject, extensions: { san: null } },
    passes: { subject: encodeName([{ type: "O", value: "Example" }]), extensions: { san: null } },
  },
  "lint.san-critical": {
    fails: { subject: emptySubject },
    passes: {
      subject: emptySubject,
      extensions: {
        san: subjectAltNameExtension([{ type: "dns", value: "pay.example.com" }], true),
      },
    },
  },
  "lint.san-kind": {
    fails: withName(tlv(0x88, bytes("2a03"))),
    passes: withName(tlv(0x81, text("pay@example.com"))),
  },
  "lint.san-dns": {
    fails: withName(dnsName("pay_1.example.com")),
    passes: withName(dnsName("*.example.com")),
  },
  "lint.san-ip": {
    fails: withName(tlv(0x87, text("10.0.0.1"))),
    passes: withName(tlv(0x87, bytes("0a000001"))),
  },
  "lint.san-email": {
    fails: withName(tlv(0x81, text("Pay <pay@example.com>"))),
    passes: withName(tlv(0x81, text("pay@example.com"))),
  },
  "lint.san-uri": {
    fails: withName(tlv(0x86, text("/payments"))),
    passes: withName(tlv(0x86, text("spiffe://example.com/payments"))),
  },
  "lint.common-name-in-san": {
    fails: { subject: encodeName([{ type: "CN", value: "other.example.com" }]) },
    passes: { subject: encodeName([{ type: "CN", value: "PAY.example.com" }]) },
  },
};

const point = (url: string): Uint8Array =>
  encodeExtension(
    extensionOids.cRLDistributionPoints,
    false,
    sequence(sequence(distributionPointName(url))),
  );
const revocation: Readonly<Record<string, LintCase>> = {
  "lint.distribution-points-form": {
    fails: {
      extensions: {
        distribution: encodeExtension(
          extensionOids.cRLDistributionPoints,
          false,
          sequence(sequence()),
        ),
      },
    },
    passes: {},
  },
  "lint.information-access-form": {
    fails: {
      extensions: { access: encodeExtension(extensionOids.authorityInfoAccess, false, sequence()) },
    },
    passes: { extensions: { access: null } },
  },
  "lint.status-critical": {
    fails: {
      extensions: {
        distribution: encodeExtension(
          extensionOids.cRLDistributionPoints,
          true,
          sequence(sequence(distributionPointName(urls.crl!))),
        ),
      },
    },
    passes: {},
  },
  "lint.status-address": {
    fails: { extensions: { distribution: point("file:///crl/issuing.crl") } },
    passes: { extensions: { distribution: point("http://127.0.0.1:3000/crl/issuing.crl") } },
  },
  "lint.status-address-https": {
    fails: { extensions: { distribution: point("https://ca.example.com/crl/issuing.crl") } },
    passes: {},
  },
  "lint.no-rev-avail-form": {
    kind: "shortLived",
    fails: {
      extensions: { noRevAvail: encodeExtension(extensionOids.noRevAvail, false, sequence()) },
    },
    passes: {},
  },
  "lint.no-rev-avail-addresses": {
    kind: "shortLived",
    fails: { extensions: { access: ocspAccess! } },
    passes: {
      extensions: {
        access: statusExtensions({ crl: null, ocsp: null, caIssuers: urls.caIssuers })[0]!,
      },
    },
  },
  "lint.no-rev-avail-authority": {
    kind: "authority",
    fails: { extensions: { distribution: null, access: null, noRevAvail: noRevAvailExtension() } },
    passes: { extensions: { distribution: null, access: null } },
  },
  "lint.no-rev-avail-of-profile": {
    kind: "shortLived",
    fails: { extensions: { noRevAvail: null } },
    passes: {},
  },
  "lint.ocsp-no-check": { kind: "responder", fails: { extensions: { noCheck: null } }, passes: {} },
  "lint.ocsp-no-check-purpose": {
    fails: { extensions: { noCheck: ocspNoCheckExtension() } },
    passes: {},
  },
};

const nameConstraints: Readonly<Record<string, LintCase>> = {
  "lint.name-constraints-form": {
    kind: "authority",
    fails: {
      extensions: { constraints: encodeExtension(extensionOids.nameConstraints, true, sequence()) },
    },
    passes: { extensions: { constraints: constraints(true) } },
  },
  "lint.name-constraints-critical": {
    kind: "authority",
    fails: { extensions: { constraints: constraints(false) } },
    passes: { extensions: { constraints: constraints(true) } },
  },
  "lint.name-constraints-leaf": {
    fails: { extensions: { constraints: constraints(true) } },
    passes: {},
  },
  "lint.name-constraints-of-issuer": {
    kind: "constrained",
    fails: withName(dnsName("pay.example.net")),
    passes: withName(dnsName("any.below.example.com")),
  },
};

/** What no reader can take apart at all. */
const frame: Readonly<Record<string, LintCase>> = {
  "lint.der": {
    fails: { validity: sequence(utcTime("261123100000Z")) },
    passes: {
      subject: sequence(
        setOf(attribute("CN", utf8String("pay.example.com"))),
        setOf(attribute("DC", ia5String("example"))),
      ),
    },
  },
};

export const lintCases: Readonly<Record<string, LintCase>> = {
  ...frame,
  ...shape,
  ...fields,
  ...subjects,
  ...identifiers,
  ...usages,
  ...sans,
  ...revocation,
  ...nameConstraints,
};
