import { boolean, integer, namedBits, oid, sequence, tlv } from "@/lib/pki/der";
import {
  basicConstraintsExtension,
  distributionPointName,
  encodeExtension,
  extendedKeyUsageExtension,
  keyUsageExtension,
  noRevAvailExtension,
  ocspNoCheckExtension,
  statusExtensions,
  subjectAltNameExtension,
} from "@/lib/pki/extensions";
import { encodeName } from "@/lib/pki/names";
import { extendedKeyUsageOids, extensionOids } from "@/lib/pki/oids";
import { urls } from "./authorities";
import {
  bytes,
  text,
  raw,
  dnsName,
  withName,
  constraints,
  ocspAccess,
  emptySubject,
  type LintCase,
} from "./lint-case";

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

/** Lints of usages, alternative names, revocation addresses and name constraints. */
export const extensionLintCases: Readonly<Record<string, LintCase>> = {
  ...usages,
  ...sans,
  ...revocation,
  ...nameConstraints,
};
