import type { Identifier } from "@/lib/acme/types";

/** How challenges are validated: fixed ports, and the DNS servers that are asked. */
export type AcmeSettings = Readonly<{
  /** `10.0.0.53` or `10.0.0.53:5353`; empty for those of the system. */
  resolvers: readonly string[];
  httpPort: number;
  tlsPort: number;
}>;

/** One attempt to validate a challenge. */
export type Attempt = Readonly<{
  identifier: Identifier;
  token: string;
  /** `token.thumbprint` of the account's key (RFC 8555 section 8.1). */
  keyAuthorization: string;
  settings: AcmeSettings;
  /** Hosts and networks that are allowed in addition. */
  allow: readonly string[];
  signal: AbortSignal;
}>;

/** The address or record that an attempt was decided by, for its entry. */
export type Validated = Readonly<{ from: string }>;
