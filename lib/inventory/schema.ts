import { z } from "zod";
import { note } from "@/lib/format/label";

export type ReportCounts = Readonly<{
  valid: number;
  expired: number;
  held: number;
  revoked: number;
  /** Valid, without a successor, and expiring within so many days. */
  expiring30: number;
  expiring90: number;
  /** Valid, and without a recorded use. */
  neverUsed: number;
  /** Valid, with a private key that Chancery made and handed out. */
  serverKeys: number;
}>;

/** The keys and certificates of the organization, as an assessor asks for them. */
export type InventoryReport = Readonly<{
  madeAt: string;
  counts: ReportCounts;
  /** Valid certificates by key: algorithm and size, for what, by whom, until when. */
  keys: readonly Readonly<{
    algorithm: string;
    valid: number;
    owners: number;
    authorities: readonly string[];
    profiles: readonly string[];
    firstExpiry: string;
    lastExpiry: string;
  }>[];
  owners: readonly Readonly<{
    owner: string;
    identities: number;
    valid: number;
    nextExpiry: string;
  }>[];
  authorities: readonly Readonly<{
    id: string;
    name: string;
    kind: "root" | "issuing";
    status: string;
    algorithm: string;
    notAfter: string | null;
  }>[];
  /** The valid certificates that expire first; `rowsLeftOut` more aren't listed. */
  rows: readonly Readonly<{
    id: string;
    name: string;
    identity: string;
    owner: string;
    algorithm: string;
    authority: string;
    notAfter: string;
    lastUsedAt: string | null;
    hasSuccessor: boolean;
  }>[];
  rowsLeftOut: number;
  /** Of the fingerprints of all valid certificates. */
  sha256: string;
  signOff: SignOff | null;
}>;

/** That someone reviewed the inventory, and what of it. */
export type SignOff = Readonly<{
  at: string;
  by: string;
  seq: number;
  comment: string;
  count: number;
  /** Whether exactly the same certificates are valid now. */
  same: boolean;
}>;

export const signOffInput = z.strictObject({
  /** The digest of the report that was reviewed. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, "Send the digest of the report."),
  comment: note(500).default(""),
});
export type SignOffInput = z.output<typeof signOffInput>;
