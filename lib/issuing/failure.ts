import type { Finding } from "@/lib/errors/types";

/** A reason against issuing; `path` is the field of the request. */
export const failure = (code: string, message: string, path: string, clause?: string): Finding => ({
  code,
  message,
  path,
  ...(clause ? { clause } : {}),
});

/** The key is that of another identity (decision 9). */
export const keyOfAnother = failure(
  "key.other-identity",
  "This key belongs to another identity, and a key can't change its owner. Generate a new key pair.",
  "csr",
);

export const keyBlocked = failure(
  "key.blocked",
  "This key is blocked because it was reported as compromised. Generate a new key pair.",
  "csr",
);
