import type { AccountDetail, ChangesDetail } from "./detail-types";

/** One name of an order, and how it was authorized: `held by DNS:*.example.com`, `http-01`. */
export type AuthorizedName = Readonly<{ name: string; authorizedBy: string }>;

/** The details of entries about enrollment by ACME. */
export type AcmeDetails = {
  /**
   * The key binds new ACME accounts to the identity. Empty lists limit nothing. `secretDigest`: of
   * the sealed HMAC key (lib/log/credential-digest.ts). `account` and `lineage`: who made it, and
   * the tokens that it was made with, nearest first.
   */
  "acme-key.created": Readonly<{
    identityId: string;
    profiles: readonly string[];
    names: readonly string[];
    expiresAt: string;
    secretDigest: string;
    account?: AccountDetail;
    lineage: readonly string[];
  }>;
  /** `accounts`: how many ACME accounts that it bound ended with it. */
  "acme-key.revoked": Readonly<{ identityId: string; comment: string; accounts: number }>;
  /** Bound by an ACME key or by an enrollment secret: one of both. */
  "acme.account-created": Readonly<{
    identityId: string;
    keyId?: string;
    secretId?: string;
    thumbprint: string;
    contact: readonly string[];
  }>;
  "acme.account-updated": Readonly<{ changes: ChangesDetail }>;
  "acme.account-deactivated": Readonly<{ by: string }>;
  "acme.key-changed": Readonly<{ from: string; to: string }>;
  /**
   * `names`: with how each is authorized from the beginning, or `pending`. `replaces`: the
   * certificate to replace, as RFC 9773 identifies it; `replacedId`: its ID.
   */
  "acme.order-created": Readonly<{
    accountId: string;
    identityId: string;
    profile: string;
    names: readonly AuthorizedName[];
    expiresAt: string;
    replaces?: string;
    replacedId?: string;
  }>;
  "acme.name-validated": AuthorizedName & Readonly<{ from?: string }>;
  "acme.challenge-failed": Readonly<{ name: string; challenge: string; problem: string }>;
  "acme.authorization-deactivated": Readonly<{ name: string }>;
  "acme.order-issued": Readonly<{
    certificateId: string;
    names: readonly AuthorizedName[];
    replaces?: string;
  }>;
  "acme.order-failed": Readonly<{ code: string; problem: string }>;
};

/** What a CA permission allows: CA certificates for one trust domain, `count` of them altogether. */
export type CaPermissionDetail = Readonly<{
  identityId: string;
  authorityId: string;
  trustDomain: string;
  maxSeconds: number;
  count: number;
}>;

/** The details of entries about one-time enrollment secrets, logins and CA permissions. */
export type EnrollmentDetails = {
  "ca-permission.created": CaPermissionDetail;
  /** By the signer, on a command of the host: nothing is signed under a permission before. */
  "ca-permission.confirmed": CaPermissionDetail;
  "ca-permission.rejected": CaPermissionDetail;
  "ca-permission.revoked": Readonly<{ identityId: string; comment: string }>;
  /**
   * The secret gets certificates or ACME accounts for the identity under the profile, `uses` of them.
   * Networks: from where, empty for everywhere. `secretDigest`: of the secret's hash (lib/log/credential-digest.ts);
   * `bindingDigest`: of the sealed HMAC key for ACME, where there is one. `account` and `lineage`: who
   * made it, and the tokens that it was made with, nearest first.
   */
  "enrollment-secret.created": Readonly<{
    identityId: string;
    profileId: string;
    profile: string;
    uses: number;
    networks: readonly string[];
    expiresAt: string;
    secretDigest: string;
    bindingDigest?: string;
    account?: AccountDetail;
    lineage: readonly string[];
  }>;
  /**
   * Committed with what it got: the plan of a certificate, or an ACME account. `use`: which of its
   * `uses`. `via`: `api`, `est`, `ejbca` or `acme`.
   */
  "enrollment-secret.used": Readonly<{
    identityId: string;
    certificateId?: string;
    acmeAccountId?: string;
    use: number;
    uses: number;
    via: string;
  }>;
  /** Shown by someone who has it, and not accepted. */
  "enrollment-secret.refused": Readonly<{ identityId: string; code: string; because: string }>;
  "enrollment-secret.revoked": Readonly<{ identityId: string; comment: string }>;
  /**
   * A short-lived token of a compatible API. The actor is what it stands for: `by` says whether that
   * is a service token or a certificate. `secretDigest`: of the stored hash of the secret.
   */
  "login.created": Readonly<{
    identityId: string;
    by: "token" | "certificate";
    expiresAt: string;
    secretDigest: string;
    via: "vault";
  }>;
};
