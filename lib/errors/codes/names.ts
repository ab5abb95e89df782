import type { ErrorDefinitions } from "@/lib/errors/types";

/** Names that identities hold, and the power that an identity or a name confers. */
export const nameCodes = {
  "name.not-canonical": {
    kind: "invalid",
    text: "The name is valid, but not in the one form that names are compared in; write it as the message says.",
  },
  "name.not-held": {
    kind: "forbidden",
    text: "The identity doesn't hold the name; ask an administrator or operator, who can see whether it is free, to add it.",
  },
  "name.held-by-another": {
    kind: "conflict",
    text: "Another identity holds the name or one that overlaps it; use that identity, or have an administrator share or transfer the name.",
  },
  "name.additions-changed": {
    kind: "conflict",
    text: "The names that would be added are no longer those that were confirmed; preview the certificate again.",
  },
  "name.pattern-not-allowed": {
    kind: "forbidden",
    text: "The pattern covers more than this role or any profile allows; add exact names, or ask an administrator.",
  },
  "name.confers-power": {
    kind: "forbidden",
    text: "The name signs a user in, or belongs to Chancery or one of its authorities; only the identity it belongs to can hold it.",
  },
  "power.unaccepted": {
    kind: "conflict",
    text: "Certificates, keys or API tokens of the identity would get the power too, and no administrator has accepted them as they are now; review `existing` and repeat the request with `accepted` set to its `digest`.",
  },
  "name.too-many": {
    kind: "invalid",
    text: "An identity holds at most 1,000 names, and 100 are added at once; hold a pattern, or split the request.",
  },
  "name.outside-profiles": {
    kind: "invalid",
    text: "No active profile for identities of this kind allows the name, so no certificate could carry it.",
  },
  "name.unchanged": {
    kind: "conflict",
    text: "The identity holds these names already; nothing was changed.",
  },
  "name.own-name": {
    kind: "invalid",
    text: "The name is the identity's own name, which can't be released or transferred; rename the identity to change it.",
  },
  "name.carried": {
    kind: "conflict",
    text: "Certificates still carry the name that would go to another identity; set `onRelease` to `revoke` to revoke them in the same step, or to `free` to transfer the name although they are valid.",
  },
  "name.share-not-found": {
    kind: "not-found",
    text: "There is no share with this id, or it has ended.",
  },
  "name.nothing-to-share": {
    kind: "invalid",
    text: "No other identity holds the name; add it instead of sharing it.",
  },
  "name.not-in-share": {
    kind: "invalid",
    text: "The identity is not part of the share, or the share is about an identity's own name, which only a rename changes.",
  },
  "name.share-too-large": {
    kind: "invalid",
    text: "The share would join more than 1,000 names; share narrower patterns.",
  },
  "name.binding": {
    kind: "conflict",
    text: "Names are enforced already, or what would stop has changed since it was shown; reload the list.",
  },
  "identity.changed-meanwhile": {
    kind: "conflict",
    text: "The identity changed since it was read; read it again and repeat the change.",
  },
} as const satisfies ErrorDefinitions;
