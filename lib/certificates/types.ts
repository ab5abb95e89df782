/** A certificate as it is first stored: decided and on the record, not signed. */
export type PlannedRow = Readonly<{
  id: string;
  issuerId: string;
  serial: Uint8Array;
  profileId: string;
  profileVersion: number;
  identityId: string;
  subjectText: string;
  commonName: string;
  /** `type:value`. */
  sans: string[];
  keyAlgorithm: string;
  spkiSha256: Uint8Array;
  notBefore: Date;
  notAfter: Date;
  tbsDer: Uint8Array;
  planEntryId: string;
  csrDer: Uint8Array | null;
  requestedBy: string;
  predecessorId: string | null;
  createdAt: Date;
}>;

/** A certificate with the names of what it hangs on, as it is read. */
export type CertificateRow = Readonly<{
  id: string;
  serial: Uint8Array;
  state: string;
  notBefore: Date;
  notAfter: Date;
  subjectText: string;
  commonName: string;
  sans: readonly string[];
  fingerprintSha256: Uint8Array | null;
  profileId: string;
  profileSlug: string;
  profileVersion: number;
  identityId: string;
  identityName: string;
  identityKind: string;
  issuerId: string;
  issuerSlug: string;
  keyAlgorithm: string;
  spkiSha256: Uint8Array;
  revokedAt: Date | null;
  revocationReason: string | null;
  revocationComment: string | null;
  invalidityDate: Date | null;
  predecessorId: string | null;
  successorId: string | null;
  supersedeAt: Date | null;
  createdAt: Date;
  issuedAt: Date | null;
  requestedBy: string;
  /** Only where one certificate is read; a list leaves it out. */
  der?: Uint8Array | null;
}>;
