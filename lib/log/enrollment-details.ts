import type { AccountDetail } from "./detail-types";

/** The details of entries about one-time enrollment secrets. */
export type EnrollmentDetails = {
  /**
   * The secret gets certificates for the identity under the profile, `uses` of them. Networks: from
   * where, empty for everywhere. `secretDigest`: of the secret's hash (lib/log/credential-digest.ts).
   * `account` and `lineage`: who made it, and the tokens that it was made with, nearest first.
   */
  "enrollment-secret.created": Readonly<{
    identityId: string;
    profileId: string;
    profile: string;
    uses: number;
    networks: readonly string[];
    expiresAt: string;
    secretDigest: string;
    account?: AccountDetail;
    lineage: readonly string[];
  }>;
  /** Committed with the plan of the certificate. `use`: which of its `uses`. `via`: `api` or `est`. */
  "enrollment-secret.used": Readonly<{
    identityId: string;
    certificateId: string;
    use: number;
    uses: number;
    via: string;
  }>;
  /** Shown by someone who has it, and not accepted. */
  "enrollment-secret.refused": Readonly<{ identityId: string; code: string; because: string }>;
  "enrollment-secret.revoked": Readonly<{ identityId: string; comment: string }>;
};
