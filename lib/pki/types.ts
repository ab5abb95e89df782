import type { Finding } from "@/lib/errors/types";

/** Key algorithms that an authority may use, and that a profile may allow for subjects. */
export const authorityKeyAlgorithms = [
  "ecdsa-p256",
  "ecdsa-p384",
  "rsa-3072",
  "rsa-4096",
  "ed25519",
] as const;
export type AuthorityKeyAlgorithm = (typeof authorityKeyAlgorithms)[number];
export const subjectKeyAlgorithms = [
  "ecdsa-p256",
  "ecdsa-p384",
  "rsa-2048",
  "rsa-3072",
  "rsa-4096",
  "ed25519",
] as const;
export type SubjectKeyAlgorithm = (typeof subjectKeyAlgorithms)[number];

/**
 * How a TBS is signed: ECDSA with the hash of the curve's strength, RSA PKCS#1 v1.5 with SHA-256,
 * Ed25519.
 */
export type SignatureAlgorithm = "ecdsa-sha256" | "ecdsa-sha384" | "rsa-sha256" | "ed25519";

export const keyUsageBits = [
  "digitalSignature",
  "nonRepudiation",
  "keyEncipherment",
  "dataEncipherment",
  "keyAgreement",
  "keyCertSign",
  "cRLSign",
  "encipherOnly",
  "decipherOnly",
] as const;
export type KeyUsageBit = (typeof keyUsageBits)[number];

export const extendedKeyUsages = [
  "serverAuth",
  "clientAuth",
  "codeSigning",
  "emailProtection",
  "timeStamping",
  "ocspSigning",
] as const;
export type ExtendedKeyUsage = (typeof extendedKeyUsages)[number];

/** RFC 5280 §5.3.1 reasons that a person may choose. */
export const revocationReasons = [
  "unspecified",
  "keyCompromise",
  "cACompromise",
  "affiliationChanged",
  "superseded",
  "cessationOfOperation",
  "certificateHold",
  "privilegeWithdrawn",
  "aACompromise",
] as const;
export type RevocationReason = (typeof revocationReasons)[number];

export const generalNameTypes = ["dns", "ip", "email", "uri"] as const;
export type GeneralNameType = (typeof generalNameTypes)[number];
/**
 * A subjectAltName entry; `value` is text: lower-case A-label, IP in canonical text, mailbox, URI.
 */
export type GeneralName = Readonly<{ type: GeneralNameType; value: string }>;

/**
 * One attribute of a distinguished name, e.g. `{ type: "CN", value: "pay.example.com" }` (CN O OU C
 * L ST serialNumber, or a dotted OID).
 */
export type NameAttribute = Readonly<{ type: string; value: string }>;
/** A name as people write it; one attribute per RDN, most general first (C, O, …, CN). */
export type DistinguishedName = readonly NameAttribute[];

/** The kinds of identity that profiles are for; Chancery's own identities are of none of them. */
export const identityKinds = ["person", "service", "device"] as const;
export type IdentityKind = (typeof identityKinds)[number];

/**
 * A name that a profile offers to each identity of its kinds, such as
 * `spiffe://example.com/{identity.name}`. Variables: `identity.name`, `identity.id`,
 * `identity.kind`, each exactly one segment of a path or one label.
 */
export type NameTemplate = Readonly<{ type: "dns" | "email" | "uri"; value: string }>;

/**
 * What a profile allows and adds. A plain value: validated once when it is saved, stored as JSON
 * with its version.
 */
export type ProfileRules = Readonly<{
  kind: "leaf" | "root-ca" | "issuing-ca" | "ocsp-responder";
  /** Which kinds of identity get certificates under it. Empty for Chancery's own profiles. */
  identityKinds: readonly IdentityKind[];
  /**
   * Whether an identity may request a certificate under it for itself. It may always rotate its
   * own.
   */
  selfService: boolean;
  /**
   * How ACME authorizes names under it: `held`, by the identity's names alone, or `challenge`, where
   * each name is proven and then added to the identity if it is free; `caa`: whether CAA records are
   * checked too. Absent: `held`.
   */
  acme?: Readonly<{ validation: "held" | "challenge"; caa: boolean }> | undefined;
  /**
   * Names that an identity gets when it is created; allowed in addition to those of `san`. Empty:
   * none.
   */
  names: readonly NameTemplate[];
  keyAlgorithms: readonly SubjectKeyAlgorithm[];
  /**
   * Whether Chancery makes the private key when a request asks for it, and hands it out once
   * (decision 31). Absent: it doesn't.
   */
  serverKeys?: boolean | undefined;
  validitySecondsDefault: number;
  validitySecondsMax: number;
  /** How far notBefore is before the signing time, for clocks that run late. */
  backdateSeconds: number;
  keyUsage: readonly KeyUsageBit[];
  extendedKeyUsage: readonly ExtendedKeyUsage[];
  subject: Readonly<{
    commonName: "required" | "optional" | "forbidden";
    /**
     * `san`: the common name repeats one of the subjectAltNames (RFC 9525). `san-or-identity`: or
     * is one that the identity holds, and reads as no host, address, mailbox or URI.
     */
    commonNameFrom: "san" | "san-or-identity";
    /**
     * Attributes put before the common name (O, OU, C, L, ST). What the CSR requests beyond CN is
     * dropped.
     */
    fixed: DistinguishedName;
  }>;
  san: Readonly<{
    types: readonly GeneralNameType[];
    min: number;
    max: number;
    /**
     * `example.com` exactly; `*.example.com` one label below; `**.example.com` anything below.
     * Empty: none. `*`, any name, only in rules that were saved before it was refused.
     */
    dnsPatterns: readonly string[];
    wildcards: boolean;
    /** CIDR, v4 or v6. Empty: none. */
    ipRanges: readonly string[];
    /** Domains of mailboxes. */
    emailDomains: readonly string[];
    /** URIs: all below one that ends in `/` (for `urn:`, in `:`), else exactly that one. */
    uriPrefixes: readonly string[];
  }>;
  /**
   * Set for rules that were saved before names were bound to identities: staff are warned where
   * they are refused under newer rules. Never set in rules that are saved now.
   */
  savedBeforeNames?: true;
  /**
   * RFC 9608: no CRL or OCSP address, the noRevAvail extension instead. Needs validitySecondsMax of
   * at most ten days.
   */
  noRevAvail: boolean;
  /** pathLenConstraint for issuing-ca and root-ca; null writes none. */
  pathLength: number | null;
  /** How long the predecessor stays valid after a rotation, unless the caller says otherwise. */
  rotationOverlapSeconds: number;
}>;

/** Everything about an issuer that its children need, read from its certificate once. */
export type IssuerFacts = Readonly<{
  certificateDer: Uint8Array;
  /** The exact subject bytes: a child's issuer field is a copy of them. */
  subjectDer: Uint8Array;
  subjectText: string;
  spkiDer: Uint8Array;
  subjectKeyIdentifier: Uint8Array;
  signatureAlgorithm: SignatureAlgorithm;
  notBefore: Date;
  notAfter: Date;
  pathLength: number | null;
  /** The DER of the nameConstraints extension value, if any. */
  nameConstraintsDer: Uint8Array | null;
}>;

/** Addresses that go into a certificate. Null leaves the extension out. */
export type StatusUrls = Readonly<{
  crl: string | null;
  ocsp: string | null;
  caIssuers: string | null;
}>;

export type PublicKeyFacts = Readonly<{
  spkiDer: Uint8Array;
  /** SHA-256 over the SubjectPublicKeyInfo, the identity of a key everywhere. */
  spkiSha256: Uint8Array;
  /** Null: recognized, but none of those that a profile can allow (e.g. rsa-1024, secp256k1). */
  algorithm: SubjectKeyAlgorithm | null;
  /** Label: "ECDSA P-256", "RSA 1024". */
  text: string;
}>;

export type ParsedCsr = Readonly<{
  der: Uint8Array;
  subject: DistinguishedName;
  subjectText: string;
  sans: readonly GeneralName[];
  key: PublicKeyFacts;
  /** OIDs and names of requested extensions that issuing will ignore (all but subjectAltName). */
  ignoredExtensions: readonly string[];
  /** The value of the basicConstraints that it asks for, which only a CA's certificate has. */
  basicConstraintsDer?: Uint8Array | undefined;
  /** Names of requested attributes that are no extensions, such as a challenge password. */
  ignoredAttributes: readonly string[];
}>;

/** What will be signed, decided. `tbsDer` is the exact TBSCertificate. */
export type CertificatePlan = Readonly<{
  tbsDer: Uint8Array;
  signatureAlgorithm: SignatureAlgorithm;
  serial: Uint8Array;
  notBefore: Date;
  notAfter: Date;
  subjectDer: Uint8Array;
  subjectText: string;
  sans: readonly GeneralName[];
  key: PublicKeyFacts;
}>;

/** One rule that was applied, for the audit log: its input and its outcome. */
export type AppliedRule = Readonly<{ rule: string; input: string; outcome: "passed" | "failed" }>;

/**
 * A plan with all that was found. `plan` is null exactly if a finding of severity "error" exists.
 */
export type PlanResult = Readonly<{
  plan: CertificatePlan | null;
  /** The names that were requested, so that others can check them too if there is no plan. */
  names: Pick<CertificatePlan, "sans" | "subjectDer">;
  findings: readonly Finding[];
  rules: readonly AppliedRule[];
}>;

/** Signs exact bytes with one key. The pure core never sees a private key. */
export type Signer = Readonly<{
  signatureAlgorithm: SignatureAlgorithm;
  spkiDer: Uint8Array;
  sign: (bytes: Uint8Array) => Promise<Uint8Array>;
}>;

/** One revoked certificate as CRL and OCSP state it. */
export type RevokedEntry = Readonly<{
  serial: Uint8Array;
  revokedAt: Date;
  reason: RevocationReason;
  invalidityDate: Date | null;
}>;
