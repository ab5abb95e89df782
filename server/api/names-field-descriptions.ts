/** Descriptions of the fields of names, their shares and their binding: see `fieldDescriptions`. */
export const namesFieldDescriptions: Readonly<Record<string, string>> = {
  "HeldName.form":
    "exact; wildcard: names one label below it too; prefix: URIs below it; network: addresses in it.",
  "HeldName.shareId":
    "The share under which other identities hold overlapping names; null if none.",
  "HeldName.reservedUntil":
    "When the last certificate with a reserved name expires; null for a held one.",
  "HeldName.since": "When the identity got the name.",
  "NameShare.reviewAt": "When someone should look at the share again; null for never.",
  "NameShare.members": "The identities whose names overlap.",
  "NameShare.members.names": "Their names in the share.",
  "NameShare.members.liveCertificates": "How many of its certificates may still be used.",
  "NameShare.members.lastIssuedAt": "When its newest certificate was issued; null for none.",
  "DecidedShare.kept": "The identities that keep their names.",
  "NameBinding.unbound":
    "Certificates with names that their identity doesn't hold: they can't be renewed once names are enforced. At most 1,000.",
  "NameBinding.unbound.names": "The names that are not held, as DNS:pay.example.com.",
  "NameBinding.unboundCount": "How many such certificates there are in all.",
  "NameBinding.conflicts": "How many shares an administrator has to decide.",
  "CertificatePreview.names": "Each name of the certificate, and whether the identity holds it.",
  "CertificatePreview.names.holder":
    "Who holds the name; null for an identity that requests for itself.",
  "Identities.names":
    "Names to hold in addition to its own: `*.a.example` is a wildcard, `spiffe://example.com/pay/*` a prefix, `10.1.0.0/16` a network. An update gives the whole set.",
  "Identities.names.type": "The type of the name.",
  "Identities.names.value": "The name, such as pay.example.com.",
  "Names.names.type": "The type of the name.",
  "Names.names.value": "The name, such as pay.example.com.",
  "Names.to": "The identity that gets the names, by id.",
  "Identities.epoch": "The epoch that `names` is based on, as it was read.",
  "Names.csv": "Lines of identity,type,value; the identity by ID or exact name.",
  "Names.dryRun": "Whether only what each line would do is said. true if absent.",
  "NamesImport.lines": "What became of each line, in the order of the file.",
  "NamesImport.lines.line": "Its number, from 1.",
  "NamesImport.lines.outcome":
    "added; would-add in a dry run; held: the identity had it already; refused, with a code and what to do.",
  "NamesImport.lines.code": "Why the line was refused.",
  "NamesImport.lines.message": "Why the line was refused, and how to fix it.",
  "NamesImport.added": "How many names were added, or would be.",
  "NamesImport.unchanged": "How many names were held already.",
  "NamesImport.refused": "How many lines were refused.",
  "Names.add": "Names to add.",
  "Names.release": "Names to release.",
  "Names.onRelease":
    "What becomes of certificates with the names. reserve: the names stay reserved until these expire. revoke: they are revoked. free: another identity may have the names at once. reserve if absent; a transfer of names that certificates carry needs revoke or free.",
  "Names.names": "The names.",
  "Names.with": "The identities that hold the names or overlapping ones now, by id.",
  "Names.reviewAt": "When someone should look at the share again.",
  "Names.?state": "Only shares in this state.",
  "Names.keep": "The identities that keep their names, by id. The others release theirs.",
  "Names.unbound":
    "How many certificates can't be renewed any more, as it was read; another number is refused.",
  "Certificates.addNames":
    "Whether names that the identity doesn't hold are added to it. true if absent for staff; never for an identity that requests for itself. A list must be exactly what would be added.",
};
