import { comparable } from "./fields";
import type { PlainEntityType } from "./plain-entity-type";

/**
 * Public keys that were blocked before anything was issued for them. A blocked key with certificates
 * rests on the revocation of one of them, and is compared with that certificate.
 */
export const blockedKeyEntityType: PlainEntityType = {
  name: "blocked key",
  prefixes: ["key"],
  from: `(select encode(k.spki_sha256, 'hex') as id, k.identity_id from public_key k
    where k.blocked and not exists (select from certificate c where c.spki_sha256 = k.spki_sha256)) b`,
  key: "b.id",
  columns: "b.id, b.identity_id as owner",
  created: "key.blocked",
  idOf: ({ action, target }) => (action === "key.blocked" ? target?.id : undefined),
  initial: ({ details }) => ({ owner: comparable(details.identityId) }),
  transitions: {},
};
