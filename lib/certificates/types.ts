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
