/** The identities to which Chancery's own short-lived certificates are bound. */
export const ownIdentityNames = {
  "ocsp-responder": "Chancery OCSP responder",
  "console-tls": "Chancery HTTPS",
} as const;
export type OwnPurpose = keyof typeof ownIdentityNames;
