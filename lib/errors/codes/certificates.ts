import type { ErrorDefinitions } from "@/lib/errors/types";

/** Certificates that are issued and revoked, and what they are issued by and for. */
export const certificateCodes = {
  "certificate.ambiguous": {
    kind: "conflict",
    text: "Several authorities issued a certificate with this serial number; use its ID or fingerprint.",
  },
  "certificate.changed-meanwhile": {
    kind: "conflict",
    text: "The certificate was changed at the same moment; read it again and repeat the request if it still applies.",
  },
  "certificate.closed": {
    kind: "unavailable",
    text: "The planned certificate was closed before it was signed; request it again.",
  },
  "certificate.revoked-unissued": {
    kind: "conflict",
    text: "The planned certificate was revoked before it was issued; request a new one if you still need it.",
  },
  "certificate.contended": {
    kind: "unavailable",
    text: "Other requests kept changing what this one depends on; retry in a moment.",
  },
  "certificate.not-found": {
    kind: "not-found",
    text: "No certificate has this ID, fingerprint or serial number, or it belongs to another identity.",
  },
  "certificate.of-authority": {
    kind: "conflict",
    text: "An authority's own certificate can't be revoked by itself; retire the authority.",
  },
  "certificate.refused": {
    kind: "invalid",
    text: "The request breaks rules of the profile or of RFC 5280; fix every finding listed in `errors`.",
  },
  "certificate.state": {
    kind: "conflict",
    text: "The certificate's state doesn't allow this; read its state first.",
  },
  "bulk.changed": {
    kind: "conflict",
    text: "The certificates or their states are no longer those of the dry run; run it again.",
  },
  "bulk.count-changed": {
    kind: "conflict",
    text: "Another number of certificates matches the filter than the list showed; reload it, then decide.",
  },
  "bulk.ended": {
    kind: "conflict",
    text: "The bulk action has ended, so it can't be canceled.",
  },
  "bulk.not-found": {
    kind: "not-found",
    text: "No bulk action has this ID.",
  },
  "bulk.running": {
    kind: "conflict",
    text: "A bulk action with exactly these certificates is running already.",
  },
  "bulk.too-many": {
    kind: "too-large",
    text: "The filter matches more certificates than one bulk action takes; add a filter.",
  },
  "inventory.changed": {
    kind: "conflict",
    text: "The valid certificates are no longer those of the report; reload it, and review it again.",
  },
  "key.busy": {
    kind: "rate-limited",
    text: "Too many requests for keys that Chancery makes are waiting; try again in a few seconds, or send a CSR.",
  },
  "key.certified": {
    kind: "conflict",
    text: "Certificates have this key; revoke them for key compromise, which also blocks the key.",
  },
  "key.private": {
    kind: "invalid",
    text: "The text holds a private key, which Chancery never needs; send its public key.",
  },
  "key.unreadable": {
    kind: "invalid",
    text: "The text holds no public key, CSR or certificate in PEM.",
  },
  "revocation.invalidity-date": {
    kind: "invalid",
    text: "The invalidity date is in the future; send the time when the key was first in doubt.",
  },
  "rotation.replace-by": {
    kind: "invalid",
    text: "The date to replace the certificate by is over, less than a minute ahead, or after the certificate expires; send one between now and then.",
  },
  "rotation.already-requested": {
    kind: "conflict",
    text: "The certificate is to be replaced by this date or an earlier one already; withdraw that request to set a later date.",
  },
  "rotation.not-requested": {
    kind: "conflict",
    text: "The certificate's rotation is not requested, or the request no longer counts, so there is no request to withdraw.",
  },
  "certificate.missing": {
    kind: "unauthenticated",
    text: "The request came without a client certificate; connect with one that Chancery issued, or send an API token.",
  },
  "certificate.unreadable": {
    kind: "unauthenticated",
    text: "The client certificate isn't one X.509 certificate; check how it is stored and how the proxy passes it on.",
  },
  "certificate.unknown-issuer": {
    kind: "unauthenticated",
    text: "The client certificate was issued elsewhere; use one that this Chancery issued.",
  },
  "certificate.forged": {
    kind: "unauthenticated",
    text: "The client certificate names an authority that didn't sign it; use one that this Chancery issued.",
  },
  "certificate.not-issued": {
    kind: "unauthenticated",
    text: "The client certificate is signed by an authority that has no record of issuing it; report it to Chancery's operators.",
  },
  "certificate.not-yet-valid": {
    kind: "unauthenticated",
    text: "The client certificate isn't valid yet; wait for its notBefore, or check the clocks.",
  },
  "certificate.expired": {
    kind: "unauthenticated",
    text: "The client certificate has expired; request a new one.",
  },
  "certificate.revoked": {
    kind: "unauthenticated",
    text: "The client certificate is revoked; make a new key and request a new certificate.",
  },
  "certificate.on-hold": {
    kind: "unauthenticated",
    text: "The client certificate is on hold; ask an administrator to release it.",
  },
  "certificate.usage": {
    kind: "forbidden",
    text: "The certificate's extended key usage doesn't include client authentication; request one from a client profile.",
  },
  "certificate.internal": {
    kind: "forbidden",
    text: "The certificate belongs to Chancery itself; use that of a person, service or device.",
  },
  "certificate.network": {
    kind: "forbidden",
    text: "The identity may not be used from this address; connect from an allowed network, or ask an administrator to add this one.",
  },
  "certificate.asserted": {
    kind: "forbidden",
    text: "A proxy passed the client certificate on, which doesn't prove that the caller holds its key; connect to the mTLS port directly, or send an API token.",
  },
  "certificate.of-proxy": {
    kind: "forbidden",
    text: "The certificate belongs to a trusted proxy, or to one that was removed later, and never counts for itself; use another identity's, or request a new one for the removed proxy's identity.",
  },
  "identity.suspended": {
    kind: "forbidden",
    text: "The identity is suspended, so none of its certificates counts; ask an administrator to activate it.",
  },
  "identity.confers-power": {
    kind: "forbidden",
    text: "The identity signs in to the console, is a trusted proxy, or belongs to Chancery, so only an administrator, or the identity by its own client certificate, may do this.",
  },
  "identity.exists": {
    kind: "conflict",
    text: "An identity of this kind and name exists; use it or choose another name.",
  },
  "identity.not-found": {
    kind: "not-found",
    text: "No identity has this ID, or it isn't yours.",
  },
  "identity.system": {
    kind: "conflict",
    text: "The identity belongs to Chancery itself and can't be changed.",
  },
  "profile.authority": {
    kind: "invalid",
    text: "The authority for the profile doesn't exist or isn't active; choose another one.",
  },
  "profile.changed-meanwhile": {
    kind: "conflict",
    text: "The profile was changed in the meantime; read it again and repeat the change.",
  },
  "profile.exists": {
    kind: "conflict",
    text: "Another profile has this slug; choose a different one.",
  },
  "profile.not-found": {
    kind: "not-found",
    text: "No profile has this ID or slug.",
  },
  "profile.retired": {
    kind: "conflict",
    text: "The profile is retired and can't be changed; create a new one.",
  },
  "profile.template-does-not-fit": {
    kind: "invalid",
    text: "A name template of the profile makes no valid name for this identity; change the template or the identity's name.",
  },
  "profile.system": {
    kind: "conflict",
    text: "The profile is used by Chancery itself and can't be changed.",
  },
  "authority.active": {
    kind: "conflict",
    text: "Another request finished creating this authority; read it.",
  },
  "authority.exists": {
    kind: "conflict",
    text: "Another authority has this slug; choose a different one.",
  },
  "authority.subject-taken": {
    kind: "conflict",
    text: "Another authority has this subject; use the name that the message proposes, or another.",
  },
  "authority.not-active": {
    kind: "conflict",
    text: "The authority isn't active, so it publishes no CRL.",
  },
  "authority.not-ready": {
    kind: "unavailable",
    text: "What Chancery needs to issue certificates to its services isn't active yet; it retries by itself.",
  },
  "authority.not-found": {
    kind: "not-found",
    text: "No authority has this ID or slug.",
  },
  "authority.parent": {
    kind: "invalid",
    text: "The parent can't issue the new authority; choose an active root authority.",
  },
  "authority.refused": {
    kind: "invalid",
    text: "The authority's certificate would break rules of RFC 5280; fix every finding listed in `errors`.",
  },
  "authority.slug": {
    kind: "invalid",
    text: "The authority's slug can't be used; use lower-case letters, digits and hyphens.",
  },
} as const satisfies ErrorDefinitions;
