import { createAccount } from "@/lib/accounts/create-account";
import { createFirstAccount } from "@/lib/accounts/create-first-account";
import { signIn } from "@/lib/accounts/sign-in";
import { createException, endException } from "@/lib/alerts/manage-exceptions";
import { openAlert } from "@/lib/alerts/open-alert";
import { exceptionInput } from "@/lib/alerts/schema";
import { updateRule } from "@/lib/alerts/update-rule";
import { previewBulkAct } from "@/lib/bulk/preview-bulk-act";
import { bulkInput, startBulkInput } from "@/lib/bulk/schema";
import { startBulkAct } from "@/lib/bulk/start-bulk-act";
import { createCaPermission } from "@/lib/ca-permissions/create-permission";
import { createLogin } from "@/lib/compat/create-login";
import { createDestination } from "@/lib/delivery/create-destination";
import { destinationInput } from "@/lib/delivery/schema";
import { createEnrollmentSecret } from "@/lib/enrollment/create-enrollment-secret";
import { revokeEnrollmentSecret } from "@/lib/enrollment/revoke-enrollment-secret";
import { createIdentity } from "@/lib/identities/create-identity";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import { shareNames } from "@/lib/names/share-names";
import { createPolicy } from "@/lib/policies/create-policy";
import { policyInput } from "@/lib/policies/schema";
import { trustProxy } from "@/lib/proxies/trust-proxy";
import type { Deps } from "@/lib/runtime/deps";
import { authenticateToken } from "@/lib/tokens/authenticate-token";
import { createToken } from "@/lib/tokens/create-token";
import { revokeToken } from "@/lib/tokens/revoke-token";
import { createView } from "@/lib/views/create-view";
import { adminActor, anonymousActor, operatorActor, system } from "@/testing/actors";
import { editNames, makeNamesProfile } from "@/testing/ca/names-fixture";
import { makeCsr } from "@/testing/ca/requests";

const admin = adminActor();
const password = "correct horse battery staple";

/**
 * Makes rows in every guarded table but those of ACME, through the use cases: with values in the
 * columns that can be empty, and with ends.
 */
export async function fillTables(deps: Deps): Promise<void> {
  const note = "a note";
  const names = [{ type: "dns" as const, value: "shared.example.com" }];
  const wish = { kind: "service", owner: "team@example.com", note } as const;
  const identity = (await createIdentity(deps, admin, { ...wish, name: "filled", names })).result;
  const other = (await createIdentity(deps, admin, { ...wish, name: "other" })).result.id;
  const certificate = await issue(deps, identity.id);
  await makeAccess(deps, identity.id);
  await makeEnrollment(deps, identity.id);
  await makeAlerts(deps, identity.id, certificate);
  await startBulk(deps, certificate);
  // Reserved, as the certificate carries it.
  await editNames(deps, admin, identity.id, { release: "DNS:filled.example.com" });
  await shareNames(deps, admin, other, { names, with: [identity.id], comment: "both" });
  await createPolicy(
    deps,
    admin,
    policyInput.parse({
      service: "payments",
      name: "Payments",
      description: "Of the shop",
      rules: [{ name: "all", effect: "allow" }],
    }),
  );
}

async function issue(deps: Deps, identity: string): Promise<string> {
  const csr = await makeCsr(["filled.example.com"]);
  return (await issueCertificate(deps, admin, { profile: "tls-server", identity, csr })).result.id;
}

async function makeAccess(deps: Deps, identityId: string): Promise<void> {
  const email = "filled@example.com";
  const first = { email, name: "Filled", role: "admin", password } as const;
  const { id } = (await createFirstAccount(deps, system, first)).result;
  await signIn(deps, anonymousActor(), { email, password });
  const invited = { email: "invited@example.com", name: "Invited", role: "auditor" } as const;
  await createAccount(deps, admin, invited);
  const actor = operatorActor({ id, label: email, role: "admin" });
  await createView(deps, actor, { name: "Denied", query: "outcome=denied" });
  const token = { name: "agent", role: "service", identityId, expiresInDays: 7 } as const;
  const { result } = await createToken(deps, actor, token);
  const { address, requestId, correlationId } = anonymousActor();
  const request = { address, requestId, correlationId };
  const bearer = await authenticateToken(deps, result.secret ?? "", request);
  await createLogin(deps, bearer.actor!);
  await revokeToken(deps, admin, result.id);
  const proxy = { kind: "nginx", hops: 1, scopes: ["forward-auth"], note: "edge" } as const;
  const edge = { kind: "service", name: "edge", owner: "edge@example.com", note: "" } as const;
  const { result: trusted } = await createIdentity(deps, admin, edge);
  await trustProxy(deps, admin, { ...proxy, scopes: [...proxy.scopes], identity: trusted.id });
}

async function makeEnrollment(deps: Deps, identity: string): Promise<void> {
  const wish = { profile: "tls-server", uses: 2, expiresInMinutes: 60, networks: [] };
  const { result } = await createEnrollmentSecret(deps, system, identity, wish);
  await revokeEnrollmentSecret(deps, system, result.id, "lost");
  await makeNamesProfile(deps, { uriPrefixes: ["spiffe://mesh.example.com/"] });
  const own = { kind: "service", name: "mesh", owner: "mesh@example.com", note: "" } as const;
  const names = [{ type: "uri" as const, value: "spiffe://mesh.example.com/*" }];
  const mesh = (await createIdentity(deps, admin, { ...own, names })).result.id;
  const terms = { authority: "root", trustDomain: "mesh.example.com", maxDays: 7, count: 10 };
  await createCaPermission(deps, admin, { identity: mesh, ...terms, accepted: undefined });
}

async function makeAlerts(deps: Deps, identity: string, certificate: string): Promise<void> {
  await updateRule(deps, admin, "revoked-used", { severity: "high", comment: "" });
  const exception = exceptionInput.parse({
    rule: "first-network",
    subjectKind: "identity",
    subjectId: identity,
    network: "10.2.0.0/16",
    days: 7,
    comment: "moves to another site",
  });
  const { result } = await createException(deps, admin, exception);
  await endException(deps, admin, result.id, { comment: "over" });
  const config = { kind: "syslog", host: "192.0.2.1", port: 514, transport: "udp" };
  const delivery = { key: new Uint8Array(32).fill(7), allow: [] };
  const destination = destinationInput.parse({ name: "collector", config });
  await createDestination({ ...deps, delivery }, admin, destination);
  const now = deps.clock.now().getTime();
  await auditedTransaction(deps.recorder, system, async (tx) => {
    const entry = await openAlert(deps, tx, {
      rule: "revoked-used",
      severity: "critical",
      subject: { kind: "certificate", id: certificate, label: "filled.example.com" },
      identityId: identity,
      summary: "A revoked certificate was used.",
      surprise: "once",
      baseline: "never",
      count: 1,
      firstSeq: 1,
      lastSeq: 1,
      firstAt: now,
      lastAt: now,
      seqs: [1],
    });
    return { result: null, entries: [entry] };
  });
}

async function startBulk(deps: Deps, certificate: string): Promise<void> {
  const wish = { act: "revoke", reason: "superseded", ids: [certificate] } as const;
  const input = bulkInput.parse(wish);
  const { count, sha256 } = await previewBulkAct(deps, admin, input);
  const start = startBulkInput.parse({ ...wish, expect: { count, sha256 } });
  await startBulkAct(deps, admin, start);
}
