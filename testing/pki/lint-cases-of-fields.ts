import {
  bitString,
  boolean,
  explicitTag,
  ia5String,
  integer,
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
  encodeExtension,
  subjectKeyIdentifierExtension,
} from "@/lib/pki/extensions";
import { subjectKeyIdentifier } from "@/lib/pki/keys";
import { extensionOids, otherOids } from "@/lib/pki/oids";
import { generalized, issuerName, leafSpki, otherSpki, utcTime, validityOf } from "./lint-parts";
import { bytes, text, raw, attribute, subject, emptySubject, type LintCase } from "./lint-case";

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

/** Lints of everything but the extensions' values, and of the key identifiers. */
export const fieldLintCases: Readonly<Record<string, LintCase>> = {
  ...frame,
  ...shape,
  ...fields,
  ...subjects,
  ...identifiers,
};
