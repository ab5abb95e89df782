import type { ErrorDefinitions } from "@/lib/errors/types";

/** Clients of other certificate authorities, which speak to Chancery unmodified. */
export const compatCodes = {
  "compat.bad-request": {
    kind: "malformed",
    text: "A field or header isn't understood or can't be granted; the message names it and says what to send.",
  },
  "compat.ca-refused": {
    kind: "forbidden",
    text: "A client gets CA certificates only under a CA permission of its identity, which an administrator creates and the operator of the host confirms.",
  },
  "compat.identity-required": {
    kind: "forbidden",
    text: "The call can't name an identity, so the credential has to: use a token of role service, or the client certificate of the identity.",
  },
  "compat.names-differ": {
    kind: "invalid",
    text: "The request names something that the CSR doesn't have; names are taken from the CSR alone, so create it with them.",
  },
  "compat.not-found": {
    kind: "not-found",
    text: "This call of the other product isn't offered; docs/compatible-apis.md lists those that are.",
  },
  "compat.not-renewable": {
    kind: "malformed",
    text: "Tokens aren't renewed; log in again, or create a token that lasts longer.",
  },
  "compat.unknown-authority": {
    kind: "not-found",
    text: "The mount or CA name isn't an authority, or not the one that signs for the profile.",
  },
  "compat.unknown-profile": {
    kind: "not-found",
    text: "The role or certificate profile isn't the slug of a profile, or the end entity profile isn't the identity of the caller.",
  },
} as const satisfies ErrorDefinitions;
