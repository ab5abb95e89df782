import { z } from "zod";
import { note as noteText } from "@/lib/format/label";
import { acceptedDigest } from "@/lib/identities/schema";

export const proxyKinds = ["nginx", "traefik", "envoy", "rfc9440"] as const;
export type ProxyKind = (typeof proxyKinds)[number];

/**
 * What a proxy's word counts for. `forward-auth`: client certificates, when it asks whether a
 * request is allowed; `api`: client certificates at the REST API; `console`: the client's address
 * alone, for the console and for API tokens.
 */
export const proxyScopes = ["forward-auth", "api", "console"] as const;
export type ProxyScope = (typeof proxyScopes)[number];

const hops = z.number().int("Enter a whole number.").min(0).max(16, "Enter at most 16.");
const scopes = z
  .array(z.enum(proxyScopes))
  .min(1, "Choose at least one.")
  .max(proxyScopes.length)
  .transform((chosen) => proxyScopes.filter((scope) => chosen.includes(scope)));
const note = noteText(500).default("");

export const proxyInput = z.strictObject({
  identity: z
    .string()
    .trim()
    .min(1, "Choose the identity whose certificate the proxy uses.")
    .max(64),
  kind: z.enum(proxyKinds),
  hops: hops.default(1),
  scopes: scopes.default(["forward-auth"]),
  note,
  /**
   * The digest of the certificates, keys and tokens that the identity has already, all of which
   * can then speak for the proxy's clients. Needed if there are any.
   */
  accepted: acceptedDigest,
});
export type ProxyInput = z.infer<typeof proxyInput>;
export const proxyChange = z.strictObject({
  kind: z.enum(proxyKinds).optional(),
  hops: hops.optional(),
  scopes: scopes.optional(),
  note: noteText(500).optional(),
  /** As in `proxyInput`; needed if a scope is added. */
  accepted: acceptedDigest,
});
export type ProxyChange = z.infer<typeof proxyChange>;
export const proxyRemoval = z.strictObject({ comment: noteText(500).default("") });

/** What a proxy's word has led to. */
export type ProxyEffects = Readonly<{
  /** Open sessions that were started through it; they end with its scope `console`. */
  sessions: number;
  /** Certificates requested through it, newest first; at most 100 are listed. */
  certificates: Readonly<{
    count: number;
    items: readonly Readonly<{
      id: string;
      subject: string;
      state: string;
      notAfter: string;
      requestedAt: string;
      identity: Readonly<{ id: string; name: string }>;
    }>[];
  }>;
}>;

export type ProxyDto = Readonly<{
  id: string;
  identity: Readonly<{ id: string; name: string }>;
  kind: ProxyKind;
  hops: number;
  scopes: readonly ProxyScope[];
  status: "active" | "removed";
  note: string;
  createdAt: string;
  changedAt: string;
}>;
