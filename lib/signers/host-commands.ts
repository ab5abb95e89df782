import type { CeilingAddition } from "@/lib/pki/ceiling/ceiling";

/**
 * What the host's operator tells the signer, past gateway and console. `token` is the secret of
 * this start in a file that only the operator reads (`signer-admin.key` in the data folder).
 */
export type HostCaller = Readonly<{ token: string; label: string; host: string }>;

/** The certificate of a CA that waits for its confirmation. */
export type WaitingAuthority = Readonly<{
  certificateId: string;
  authorityId: string | null;
  name: string;
  subject: string;
  /** Null: it signs itself. */
  issuer: string | null;
  pathLength: number | null;
  hasNameConstraints: boolean;
  notBefore: string;
  notAfter: string;
  keyText: string;
  spkiSha256: string;
  tbsSha256: string;
  requestedBy: string;
}>;

export type ConfirmationDecision = Readonly<{
  certificateId: string;
  /** Of the bytes that the operator was shown. */
  tbsSha256: string;
  decision: "confirmed" | "rejected";
}>;

/** IDs of CA permissions begin with it, and no others do: an operator confirms by ID. */
export const permissionIdPrefix = "cap_";

/** A permission to get CA certificates that waits for its confirmation. */
export type WaitingPermission = Readonly<{
  id: string;
  /** Its name and ID. */
  identity: string;
  /** The slug and ID of the CA that would sign. */
  authority: string;
  trustDomain: string;
  maxSeconds: number;
  count: number;
  requestedBy: string;
  requestedAt: string;
  termsSha256: string;
}>;

export type PermissionDecision = Readonly<{
  permissionId: string;
  /** Of the terms that the operator was shown. */
  termsSha256: string;
  decision: "confirmed" | "rejected";
}>;

/** What the signer offers to the setup and to the operator of its host. */
export type SignerHost = Readonly<{
  /**
   * Grants the setup of an organization: its domains become the ceiling of the root and the CA that
   * it creates, whose certificates count as confirmed. Needs the token of the setup link, unless
   * the host's environment sets Chancery up. After both exist, it grants nothing. Errors:
   * `signer.setup-token`.
   */
  grantSetup: (input: Readonly<{ token: string; domains: readonly string[] }>) => Promise<void>;
  /** CA certificates that wait for their confirmation. Errors: `signer.host-token`. */
  listWaiting: (caller: HostCaller) => Promise<readonly WaitingAuthority[]>;
  /**
   * Confirms or rejects the certificate of a CA; returns the entry's id. Errors:
   * `signer.host-token`, `signer.no-plan`, `signer.plan-differs`, `signer.decided`.
   */
  decide: (caller: HostCaller, input: ConfirmationDecision) => Promise<string>;
  /** CA permissions that wait for their confirmation. Errors: `signer.host-token`. */
  listPermissions: (caller: HostCaller) => Promise<readonly WaitingPermission[]>;
  /**
   * Confirms or rejects a CA permission; returns the entry's id. Errors: `signer.host-token`,
   * `signer.no-plan`, `signer.plan-differs`.
   */
  decidePermission: (caller: HostCaller, input: PermissionDecision) => Promise<string>;
  /**
   * Widens the ceiling of a CA, by its id or slug; returns the entry's id, null if it already
   * allowed that. Errors: `signer.host-token`, `authority.not-found`, `input.invalid`.
   */
  allow: ChangeCeiling;
  /**
   * Narrows it by the values that are named; null if it allowed nothing of it. Certificates that
   * exist stay valid; plans beyond it are never signed. Errors: those of `allow`.
   */
  limit: ChangeCeiling;
}>;

type ChangeCeiling = (
  caller: HostCaller,
  input: Readonly<{ authority: string; addition: CeilingAddition }>,
) => Promise<string | null>;

/** The commands that change a ceiling. */
export type CeilingMethod = "allow" | "limit";
export type HostRequest =
  | Readonly<{ method: "grantSetup"; token: string; domains: readonly string[] }>
  | Readonly<{ method: "listWaiting" | "listPermissions"; caller: HostCaller }>
  | (Readonly<{ method: "decide"; caller: HostCaller }> & ConfirmationDecision)
  | (Readonly<{ method: "decidePermission"; caller: HostCaller }> & PermissionDecision)
  | Readonly<{
      method: CeilingMethod;
      caller: HostCaller;
      authority: string;
      addition: CeilingAddition;
    }>;

const hostMethods: ReadonlySet<string> = new Set<HostRequest["method"]>([
  "grantSetup",
  "listWaiting",
  "decide",
  "listPermissions",
  "decidePermission",
  "allow",
  "limit",
]);

/** Whether a request is of the setup or the host. */
export const isHostRequest = (request: Readonly<{ method: string }>): request is HostRequest =>
  hostMethods.has(request.method);

const isText = (value: unknown): value is string =>
  typeof value === "string" && value.length <= 300;
const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.length <= 100 && value.every(isText);

const isDecision = (value: unknown): value is ConfirmationDecision["decision"] =>
  value === "confirmed" || value === "rejected";

function readCaller(value: unknown): HostCaller | null {
  if (typeof value !== "object" || value === null) return null;
  const { token, label, host } = value as Record<string, unknown>;
  return isText(token) && isText(label) && isText(host) ? { token, label, host } : null;
}

function readAddition(value: unknown): CeilingAddition | null {
  if (typeof value !== "object" || value === null) return null;
  const { dns, uri, email, ip, usages, days } = value as Record<string, unknown>;
  const isNumber = days === null || (typeof days === "number" && Number.isSafeInteger(days));
  return isTexts(dns) &&
    isTexts(uri) &&
    isTexts(email) &&
    isTexts(ip) &&
    isTexts(usages) &&
    isNumber
    ? { dns, uri, email, ip, usages, days }
    : null;
}

function readDecision(
  caller: HostCaller,
  it: Readonly<Record<string, unknown>>,
): HostRequest | null {
  const { decision, certificateId, tbsSha256, permissionId, termsSha256 } = it;
  if (!isDecision(decision)) return null;
  if (it["method"] === "decide")
    return isText(certificateId) && isText(tbsSha256)
      ? { method: "decide", caller, certificateId, tbsSha256, decision }
      : null;
  return isText(permissionId) && isText(termsSha256)
    ? { method: "decidePermission", caller, permissionId, termsSha256, decision }
    : null;
}

/** Reads a request of the host or the setup, strictly. Null if it is none. */
export function readHostRequest(it: Readonly<Record<string, unknown>>): HostRequest | null {
  if (it["method"] === "grantSetup") {
    const { token, domains } = it;
    return isText(token) && isTexts(domains) ? { method: "grantSetup", token, domains } : null;
  }
  const caller = readCaller(it["caller"]);
  if (!caller) return null;
  switch (it["method"]) {
    case "listWaiting":
    case "listPermissions":
      return { method: it["method"], caller };
    case "decide":
    case "decidePermission":
      return readDecision(caller, it);
    case "allow":
    case "limit": {
      const { authority, method } = it;
      const addition = readAddition(it["addition"]);
      return isText(authority) && addition ? { method, caller, authority, addition } : null;
    }
    default:
      return null;
  }
}
