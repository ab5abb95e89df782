import { exampleFingerprint, exampleKeySha256, exampleSerial } from "./certificate-texts";

const certificate = "crt_01kat8m2wq7h4z0c9d5e6f7g8j";
const at = "2026-11-23T02:38:07Z";
/** As every CSV here: each field in quotes. */
const csv = (...rows: readonly string[]) =>
  rows
    .map(
      (row) =>
        `${row
          .split(",")
          .map((field) => `"${field}"`)
          .join(",")}\r\n`,
    )
    .join("");

/** Answers that are not JSON, by operation: how they begin. "…" is what is left out. */
export const responseTextExamples: Readonly<Record<string, string>> = {
  getIdentitiesExport: csv(
    "id,name,kind,status,owner,names,validCertificates,expiredCertificates,revokedCertificates,lastUsedAt,networks,powers,note,createdAt",
    `idn_01kat8m2wq7h4z0c9d5e6f7g8j,payments,service,active,platform-team@example.com,dns:pay.example.com,2,4,1,${at},,,,${at}`,
  ),
  getCertificatesExport: csv(
    "id,name,status,identity,identityKind,owner,profile,authority,keyAlgorithm,notBefore,notAfter,lastUsedAt,subject,sans,serial,fingerprintSha256,keySha256,revokedAt,revocationReason,successorId,requestedBy,issuedAt",
    `${certificate},pay.example.com,valid,payments,service,platform-team@example.com,tls-server,issuing,ecdsa-p256,2026-11-23T02:37:07Z,2027-02-21T02:38:07Z,,CN=pay.example.com,dns:pay.example.com,${exampleSerial},${exampleFingerprint},${exampleKeySha256},,,,admin@example.com,${at}`,
  ),
  getBulkActsIdReport: csv(
    "certificateId,identityId,name,serial,identity,outcome,code,message,entryId,at",
    `${certificate},idn_01kat8m2wq7h4z0c9d5e6f7g8j,pay.example.com,${exampleSerial},payments,done,,,ent_01kat8m2wq7h4z0c9d5e6f7g8j,${at}`,
  ),
  getAuditExport: [
    `{"export":{"v":1,"log":"ca.example.com/log","vkey":"…","checkpoint":"…","size":48132,"filter":"","order":"asc","count":48132,"sources":[]}}`,
    `{"seq":0,"leafHash":"6e340b9c…","log":"ca.example.com/log","checkpoint":48132,"entry":{…}}`,
    "…",
    `{"end":{"count":48132,"entries":48132}}\n`,
  ].join("\n"),
  getAuditStream: [
    "event: at",
    "id: 48131",
    'data: {"event":"at","after":48131}',
    "",
    "event: entry",
    "id: 48132",
    `data: {"seq":48132,"action":"certificate.issued",…}\n\n`,
  ].join("\n"),
  getAuditEventsIdProof:
    "c2sp.org/tlog-proof@v1\nindex 48131\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\n…\n\nca.example.com/log\n48132\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\n\n— ca.example.com/log Hy49TK7f…\n",
  getAuditAnchorsSize: "(a time stamp in DER, RFC 3161)",
  getAuditAnchorsSizeText:
    "ca.example.com/log\n48132\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\n",
};
