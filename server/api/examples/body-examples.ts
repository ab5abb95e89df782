import { exampleCsr, exampleKeySha256 } from "./certificate-texts";

const id = (prefix: string) => `${prefix}_01kat8m2wq7h4z0c9d5e6f7g8j`;
const pay = { type: "dns", value: "pay.example.com" };
const rules = [
  { name: "Payments may read", effect: "allow", kinds: ["service"], methods: ["GET", "HEAD"] },
];
const expect = { count: 2, sha256: exampleKeySha256 };
const row = {
  label: "pay.example.com",
  identity: "payments",
  profile: "tls-server",
  csr: exampleCsr,
};
const revokeTwo = {
  act: "revoke",
  ids: [id("crt"), "crt_01kat8m9zv3x6y2b4c8d1f5g7h"],
  reason: "superseded",
};

/**
 * Bodies of requests, by operation: whole, or single fields, where what the schema requires alone
 * would do nothing.
 */
export const bodyExamples: Readonly<Record<string, unknown>> = {
  postAuthoritiesBody: {
    name: "Example Issuing CA 2",
    parentId: id("ca"),
    keyAlgorithm: "ecdsa-p256",
    validityYears: 5,
  },
  "postCertificatesBody.csr": exampleCsr,
  "postCertificatesPreviewBody.csr": exampleCsr,
  "postCertificatesIdRotateBody.csr": exampleCsr,
  "postProfilesBody.slug": "internal-server",
  "postProfilesBody.name": "Internal server",
  patchProfilesIdBody: { name: "Internal server", version: 3 },
  postIdentitiesBody: {
    kind: "service",
    name: "payments",
    owner: "platform-team@example.com",
    names: [pay],
  },
  patchIdentitiesIdBody: { owner: "payments-team@example.com", epoch: 4 },
  postIdentitiesIdSuspendBody: { comment: "Decommissioned." },
  postIdentitiesIdActivateBody: { comment: "In use again." },
  postIdentitiesIdAcmeKeysBody: { names: ["pay.example.com"], expiresInDays: 90 },
  postAcmeKeysIdRevokeBody: { comment: "Replaced." },
  postCaPermissionsBody: {
    identity: id("idn"),
    authority: "issuing",
    trustDomain: "prod.example.com",
    maxDays: 90,
    count: 10,
  },
  postCaPermissionsIdRevokeBody: { comment: "The cluster is gone." },
  postIdentitiesIdEnrollmentSecretsBody: { profile: "tls-server", uses: 1, expiresInMinutes: 60 },
  postEnrollmentSecretsIdRevokeBody: { comment: "Not needed anymore." },
  postIdentitiesIdNamesBody: { add: [pay], comment: "New host." },
  postIdentitiesIdNamesShareBody: {
    names: [pay],
    with: ["idn_01kat8m9zv3x6y2b4c8d1f5g7h"],
    comment: "Both serve it during the migration.",
    reviewAt: "2027-02-01T00:00:00Z",
  },
  postIdentitiesIdNamesTransferBody: { names: [pay], to: "idn_01kat8m9zv3x6y2b4c8d1f5g7h" },
  postNamesImportBody: { csv: `identity,name\n${id("idn")},pay.example.com\n`, dryRun: true },
  postNameSharesIdDecideBody: { keep: [id("idn")] },
  postNameBindingEnforceBody: { unbound: 0 },
  "postCertificatesBody.validitySeconds": 7_776_000,
  "postCertificatesPreviewBody.validitySeconds": 7_776_000,
  postCertificatesIdRequestRotationBody: {
    replaceBy: "2026-12-01T00:00:00Z",
    comment: "Weak key generator.",
  },
  postCertificatesIdCancelRotationRequestBody: { comment: "Not needed anymore." },
  postCertificatesIdRevokeBody: { reason: "superseded", comment: "Moved to another host." },
  postCertificatesIdReleaseBody: { comment: "The laptop was found." },
  postBlockedKeysBody: { key: exampleCsr, comment: "Found in a public repository." },
  postBulkActsBody: { ...revokeTwo, expect },
  postBulkActsPreviewBody: revokeTwo,
  postBulkIssuesPreviewBody: { rows: [row] },
  postBulkIssuesBody: { rows: [row], expect: { ...expect, count: 1 } },
  postTokensBody: { name: "ci", role: "operator", expiresInDays: 365 },
  postUsersBody: { email: "operator@example.com", name: "Olivia Perez", role: "operator" },
  patchUsersIdBody: { role: "auditor" },
  postAuditEventsBody: {
    boot: "2026-11-23-1",
    events: [
      {
        seq: 45,
        name: "report.downloaded",
        occurredAt: "2026-11-23T02:38:07Z",
        onBehalfOf: "alice@example.com",
        target: { kind: "report", id: "q3-2026" },
      },
    ],
  },
  postAuditContinuationsBody: { comment: "Restored from the backup of 2026-11-22." },
  postAuditDrillsBody: { entries: 500 },
  postDestinationsBody: {
    name: "On-call",
    config: { kind: "webhook", url: "https://hooks.example.com/chancery" },
    minSeverity: "high",
  },
  patchDestinationsIdBody: { minSeverity: "medium" },
  postDestinationsIdRemoveBody: { comment: "Moved to another service." },
  postPoliciesBody: { service: "payments-api", name: "Payments API", rules },
  patchPoliciesIdBody: { rules, version: 3 },
  postPoliciesIdTestBody: { identity: id("idn"), method: "GET", path: "/v1/payments/42" },
  postProxiesBody: { identity: id("idn"), kind: "nginx", hops: 1 },
  patchProxiesIdBody: { hops: 2 },
  postProxiesIdRemoveBody: { comment: "Replaced." },
  patchAlertsRulesIdBody: { severity: "high", comment: "On-call wants to know." },
  postAlertsExceptionsBody: {
    rule: "first-network",
    subjectKind: "certificate",
    subjectId: id("crt"),
    subjectLabel: "pay.example.com",
    days: 30,
    comment: "Moves to another data center.",
  },
  postAlertsExceptionsIdEndBody: { comment: "The move is done." },
  postAlertsIdAcknowledgeBody: { comment: "Looking at it." },
  postAlertsIdAssignBody: { to: id("usr") },
  postAlertsIdResolveBody: { resolution: "expected", comment: "A planned test." },
};
