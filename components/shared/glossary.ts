/** Words that forms use, with their meaning in docs/glossary.md. */
export const glossary = {
  profile: "The rules for what may be issued",
  identity: "The person, service or device that a certificate is bound to",
  owner: "The team or person responsible for an identity",
  CSR: "A certificate signing request",
  "trusted proxy": "A proxy that Chancery trusts to identify its clients, within its scopes",
} as const;
export type GlossaryWord = keyof typeof glossary;
