/** What the `details` of several actions have in common. */

/** The API of another product that a request came over (docs/compatible-apis.md). */
export type CompatibleApi = "vault" | "ejbca";
/**
 * Of a certificate whose private key Chancery made: its algorithm, and the label of the caller who
 * got it in the answer.
 */
export type ServerKeyDetail = Readonly<{ algorithm: string; handedTo: string }>;
export type FindingDetail = Readonly<{
  code: string;
  message: string;
  path?: string;
  clause?: string;
}>;
export type ChangesDetail = Readonly<
  Record<string, Readonly<{ from: string | null; to: string | null }>>
>;
export type RequestDetail = Readonly<{ method: string; path: string; status?: number }>;
export type CountDetail = Readonly<{ count: number }>;
export type ServiceRequestDetail = Readonly<{
  service: string;
  method: string;
  path: string;
  proxy: string;
}>;
/** An account in an entry; its label is its email address. */
export type AccountDetail = Readonly<{ id: string; label: string }>;
export type SubjectDetail = Readonly<{ kind: string; id: string; label: string }>;
/**
 * Further sign-ins are refused for a while. `from`: the network that they are refused from, or
 * "unknown networks" for all that the account hasn't signed in from lately; missing in older
 * entries, where it was every network, and where the target is a network.
 */
export type LockDetail = Readonly<{ failures: number; until: string; from?: string }>;
/** A link with which a user sets their password; its secret is never recorded. */
export type LinkDetail = Readonly<{
  email: string;
  purpose: "invitation" | "new-password" | "recovery";
  expiresAt: string;
  /** Of the stored hash of its secret (lib/log/credential-digest.ts). */
  secretDigest?: string;
}>;
