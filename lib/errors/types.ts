/**
 * One thing that is wrong with an input or a plan. `path` is the field (`csr`, `sans.0`), `clause`
 * the rule's source.
 */
export type Finding = Readonly<{
  code: string;
  message: string;
  path?: string;
  clause?: string;
  severity?: "error" | "warning" | "notice";
}>;

/** What kind of refusal it is. The HTTP status follows from it, and from nothing else. */
export type ErrorKind =
  | "malformed"
  | "invalid"
  | "unauthenticated"
  | "forbidden"
  | "not-found"
  | "method-not-allowed"
  | "conflict"
  | "too-large"
  | "unsupported"
  | "misdirected"
  | "rate-limited"
  | "internal"
  | "bad-gateway"
  | "unavailable";

/** What the catalogue says of one code: its kind, and in one sentence when it occurs and what to do. */
export type ErrorDefinition = Readonly<{ kind: ErrorKind; text: string }>;
export type ErrorDefinitions = Readonly<Record<string, ErrorDefinition>>;
