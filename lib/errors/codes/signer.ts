import type { ErrorDefinitions } from "@/lib/errors/types";

/** What the signer process refuses, and what keeps it from signing. */
export const signerCodes = {
  "signer.unavailable": {
    kind: "unavailable",
    text: "The signer doesn't answer, so nothing can be signed; retry shortly.",
  },
  "signer.failed": {
    kind: "unavailable",
    text: "The signer met an unexpected error; its own log has the details.",
  },
  "signer.no-plan": {
    kind: "conflict",
    text: "No committed plan with this ID waits for a signature.",
  },
  "signer.no-record": {
    kind: "conflict",
    text: "No entry of the log records the plan, so it isn't signed.",
  },
  "signer.plan-differs": {
    kind: "conflict",
    text: "The plan isn't what its entry records, so it isn't signed; investigate who changed the database.",
  },
  "signer.profile-version": {
    kind: "conflict",
    text: "The profile's version isn't kept, or isn't what its entry records, so nothing is signed under it; save the profile again, and investigate who changed the database.",
  },
  "signer.profile": {
    kind: "conflict",
    text: "The certificate isn't exactly what its profile allows and produces, so it isn't signed.",
  },
  "signer.lint": {
    kind: "conflict",
    text: "The certificate breaks a rule for certificates, which the message names, so it isn't signed.",
  },
  "signer.lifetime": {
    kind: "conflict",
    text: "By the signer's clock the certificate begins too early or too late, or is valid for too long, so it isn't signed.",
  },
  "signer.ca-constraints": {
    kind: "conflict",
    text: "The path length or the name constraints of the issuing CA forbid the certificate, so it isn't signed.",
  },
  "signer.issuer": {
    kind: "conflict",
    text: "The signer didn't sign the certificate that the database holds for the issuing CA, so it signs nothing under it; restore a backup.",
  },
  "signer.own-form": {
    kind: "conflict",
    text: "Chancery's own certificates for HTTPS and OCSP are signed in one form only, and this one differs from it.",
  },
  "signer.name-not-held": {
    kind: "conflict",
    text: "The identity doesn't hold a name in the certificate, so it isn't signed; add the name to the identity first.",
  },
  "signer.name-of-another": {
    kind: "conflict",
    text: "A valid certificate of another identity carries a name in the certificate, so it isn't signed; revoke that certificate, or have an administrator share or transfer the name.",
  },
  "signer.certificate-differs": {
    kind: "unavailable",
    text: "The signer returned something else than the planned certificate, so it isn't issued; investigate the signer.",
  },
  "signer.authority-not-active": {
    kind: "conflict",
    text: "The authority isn't active, so its key signs nothing.",
  },
  "signer.crl-shard": {
    kind: "conflict",
    text: "Certificates name only the whole CRL of their CA, so a CRL with another name isn't signed.",
  },
  "signer.crl-too-large": {
    kind: "conflict",
    text: "The CRL would list more certificates than the signer puts on one.",
  },
  "signer.crl-memory-unreadable": {
    kind: "unavailable",
    text: "The signer can't read what its CRLs listed, so it signs no CRL; restore the file that the message names.",
  },
  "signer.crl-memory-unwritable": {
    kind: "unavailable",
    text: "The signer can't save what a CRL lists, so it signs no CRL; make room or fix the folder's permissions.",
  },
  "signer.issuer-differs": {
    kind: "conflict",
    text: "The CA's certificate in the database isn't one of its key; investigate who changed the database.",
  },
  "signer.no-key": {
    kind: "conflict",
    text: "The authority has no key.",
  },
  "signer.ceiling": {
    kind: "invalid",
    text: "The certificate is beyond what the signer ever signs for this CA (another domain, usage or lifetime); the message has the command that allows it, to be run on the host.",
  },
  "signer.unconfirmed": {
    kind: "conflict",
    text: "The certificate of the CA waits for its confirmation on the host; run npx chancery confirm there.",
  },
  "signer.rejected": {
    kind: "conflict",
    text: "The certificate of the CA was rejected on the host, so it is never signed.",
  },
  "signer.decided": {
    kind: "conflict",
    text: "The certificate of the CA was confirmed or rejected already.",
  },
  "signer.ca-permission": {
    kind: "forbidden",
    text: "No CA permission that was confirmed on the host allows this CA certificate for a client: there is none, or it is revoked, used up or for a shorter lifetime.",
  },
  "signer.ca-key": {
    kind: "conflict",
    text: "The certificate is for a CA whose key the signer doesn't hold, so it isn't signed.",
  },
  "signer.setup-token": {
    kind: "forbidden",
    text: "The signer didn't get the token of the setup link that the terminal printed last.",
  },
  "signer.host-token": {
    kind: "forbidden",
    text: "The command isn't run by someone who can read signer-admin.key in the data folder of the running Chancery.",
  },
  "signer.wrong-algorithm": {
    kind: "invalid",
    text: "The plan names another signature algorithm than the key signs with.",
  },
  "signer.kek-wrong": {
    kind: "invalid",
    text: "The KEK isn't 32 bytes in base64; check CHANCERY_KEK or the file that CHANCERY_KEK_FILE names.",
  },
  "signer.key-sealed": {
    kind: "unavailable",
    text: "The authority's key was sealed under another KEK, or its row was changed; restore the right KEK or a backup.",
  },
  "signer.no-log": {
    kind: "conflict",
    text: "The database has no log of this origin, so nothing is signed for it.",
  },
  "signer.fork": {
    kind: "conflict",
    text: "The checkpoint doesn't continue the last one that the signer signed, so it isn't signed.",
  },
  "signer.proof-from-elsewhere": {
    kind: "conflict",
    text: "The consistency proof doesn't begin at the last checkpoint that the signer signed.",
  },
  "signer.memory-unreadable": {
    kind: "unavailable",
    text: "The signer can't read what it signed last, so it signs no checkpoint; restore the file that the message names.",
  },
  "signer.memory-unwritable": {
    kind: "unavailable",
    text: "The signer can't write down what it signs, so it signs no checkpoint; make room or fix the folder's permissions.",
  },
} as const satisfies ErrorDefinitions;
