import { isAppError } from "@/lib/errors/app-error";
import type { RawExtension, TbsView } from "@/lib/pki/tbs";
import type { IssuerFacts, ProfileRules } from "@/lib/pki/types";

export type LintContext = Readonly<{
  /** Null: the certificate is self-signed. */
  issuer: IssuerFacts | null;
  rules: ProfileRules;
}>;

/**
 * One rule about the bytes. `check` says what is wrong, or null. Without a severity it
 * prevents signing.
 */
export type Lint = Readonly<{
  code: string;
  clause: string;
  severity?: "warning";
  check: (view: TbsView, context: LintContext) => string | null;
}>;

/** The extension with this OID, if any. */
export function findExtension(view: TbsView, oid: string): RawExtension | null {
  return view.extensions?.find((extension) => extension.oid === oid) ?? null;
}

/** The extension's value, read; null if it is absent or malformed (which another lint names). */
export function readExtension<T>(
  view: TbsView,
  oid: string,
  read: (value: Uint8Array) => T,
): T | null {
  const found = findExtension(view, oid);
  if (found === null) return null;
  try {
    return read(found.value);
  } catch (error) {
    if (isAppError(error)) return null;
    throw error;
  }
}

/** What a strict reader objects to, or null. */
export function parseProblem(read: () => unknown): string | null {
  try {
    read();
    return null;
  } catch (error) {
    if (isAppError(error)) return error.message;
    throw error;
  }
}

export function isAuthority({ rules }: LintContext): boolean {
  return rules.kind === "root-ca" || rules.kind === "issuing-ca";
}
