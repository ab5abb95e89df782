import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeChecks } from "@/lib/alerts/run-checks";
import { activateIdentity, suspendIdentity } from "@/lib/identities/set-identity-status";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { rotateCertificate } from "@/lib/issuing/rotate-certificate";
import { getOverview } from "@/lib/overview/get-overview";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor } from "@/testing/actors";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import { makeCsr, refusalOf } from "@/testing/ca/requests";
import type { Harness } from "@/testing/harness";
import { problemsOf } from "@/testing/log/problems-of";
import { makeTestKey } from "@/testing/pki/authorities";
import { cancelRotationRequest } from "./cancel-rotation-request";
import { getCertificate } from "./get-certificate";
import { listCertificates } from "./list-certificates";
import { requestRotation } from "./request-rotation";
import { revokeCertificate } from "./revoke-certificate";
import type { CertificateDto } from "./schema";

let harness: Harness;
let deps: Deps;
const admin = adminActor();
const dayMs = 86_400_000;
beforeAll(async () => {
  harness = await createTestCa();
  ({ deps } = harness);
});
afterAll(async () => {
  await harness.close();
});

type Key = ReturnType<typeof makeTestKey>;
const newKey = (): Key => makeTestKey("ecdsa-p256");
/** With a name of the identity alone, unless another is given. */
async function issue(
  identity: string,
  { key = newKey(), profile = "tls-server", name = nameOf(identity) } = {},
): Promise<CertificateDto> {
  const csr = await makeCsr([name], key);
  return (await issueCertificate(deps, admin, { profile, identity, csr })).result;
}
const nameOf = (identity: string) => `${identity.toLowerCase().replaceAll("_", "-")}.example.com`;
const inDays = (days: number) => new Date(deps.clock.now().getTime() + days * dayMs).toISOString();
/** A certificate that is to be replaced within a day, and its key. */
async function requested(): Promise<Readonly<{ id: string; identity: string; key: Key }>> {
  const [identity, key] = [await createTestIdentity(deps), newKey()];
  const { id } = await issue(identity, { key });
  await requestRotation(deps, admin, id, { replaceBy: inDays(1) });
  harness.advance(dayMs / 2);
  return { id, identity, key };
}
async function rotate(id: string): Promise<CertificateDto> {
  const { commonName } = await getCertificate(deps, admin, id);
  const csr = await makeCsr([commonName], newKey());
  return (await rotateCertificate(deps, admin, id, { csr, overlapSeconds: 5 * 86_400 })).result;
}
async function forced(table: string, text: string): Promise<void> {
  await harness.asSuper(`alter table ${table} disable trigger all`);
  await harness.asSuper(text);
  await harness.asSuper(`alter table ${table} enable trigger all`);
}
const alertOf = async (id: string) =>
  (await harness.asSuper("select status from alert where subject_id = $1", [id]))[0]?.["status"];
/** Where the request shows, a day after its date: with the certificate, in lists, as an alert. */
async function shownLater(id: string) {
  harness.advance(dayMs);
  await makeChecks(deps).run();
  const listed = async (rotation: "requested" | "overdue") =>
    (await listCertificates(deps, admin, { rotation, limit: 200 })).items.map((item) => item.id);
  const overdue = await listed("overdue");
  const { overdueRotations } = await getOverview(deps, admin);
  return {
    dto: (await getCertificate(deps, admin, id)).rotationRequest !== null,
    requested: (await listed("requested")).includes(id),
    overdue: overdue.includes(id),
    sameOnOverview: overdueRotations === overdue.length,
    alert: (await alertOf(id)) === "open",
  };
}
const everywhere = {
  dto: true,
  requested: true,
  overdue: true,
  sameOnOverview: true,
  alert: true,
};
const nowhere = {
  dto: false,
  requested: false,
  overdue: false,
  sameOnOverview: true,
  alert: false,
};

describe("a request for rotation", () => {
  test("is fulfilled by a certificate that was renewed without naming its predecessor", async () => {
    const { id, identity } = await requested();
    await issue(identity);
    expect(await shownLater(id)).toEqual(nowhere);
    expect((await refusalOf(cancelRotationRequest(deps, admin, id))).code).toBe(
      "rotation.not-requested",
    );
  });

  test("is fulfilled by a successor", async () => {
    const { id } = await requested();
    await rotate(id);
    expect(await shownLater(id)).toEqual(nowhere);
  });

  test("is not fulfilled by a certificate with the same key, other names or another profile, or one that was there before", async () => {
    const identity = await createTestIdentity(deps);
    const key = newKey();
    const { id } = await issue(identity, { key });
    await issue(identity);
    harness.advance(1000);
    await requestRotation(deps, admin, id, { replaceBy: inDays(1) });
    harness.advance(1000);
    await issue(identity, { key });
    await issue(identity, { name: `other.${nameOf(identity)}` });
    await issue(identity, { profile: "tls-client-service" });
    expect(await shownLater(id)).toEqual(everywhere);
  });

  test("counts again once what fulfilled it is revoked", async () => {
    const [linked, unlinked] = [await requested(), await requested()];
    const successors = [await rotate(linked.id), await issue(unlinked.identity)];
    for (const { id } of successors)
      await revokeCertificate(deps, admin, id, { reason: "keyCompromise" });
    expect(await shownLater(linked.id)).toEqual(everywhere);
    expect(await shownLater(unlinked.id)).toEqual(everywhere);
  });

  test("that is fulfilled leaves room for one with a later date, which counts", async () => {
    const { id, identity } = await requested();
    await issue(identity);
    harness.advance(1000);
    const replaceBy = inDays(9);
    const { result } = await requestRotation(deps, admin, id, { replaceBy, comment: "again" });
    expect(result.rotationRequest).toMatchObject({ comment: "again" });
  });

  test("of a suspended identity is overdue nowhere, and everywhere again once it is active", async () => {
    const { id, identity } = await requested();
    expect(await shownLater(id)).toEqual(everywhere);
    await suspendIdentity(deps, admin, identity, { comment: "" });
    expect(await shownLater(id)).toEqual({ ...everywhere, overdue: false, alert: false });
    await activateIdentity(deps, admin, identity, { comment: "" });
    expect(await shownLater(id)).toMatchObject({ overdue: true, sameOnOverview: true });
  });

  test("is explained by the log, whatever became of it", async () => {
    expect(await problemsOf(harness)).toEqual([]);
  });
});

test("a plan for a successor doesn't fulfil a request, and the certificate that it becomes does", async () => {
  const { id } = await requested();
  const next = await rotate(id);
  await forced("certificate", `update certificate set state = 'planned' where id = '${next.id}'`);
  expect((await getCertificate(deps, admin, id)).rotationRequest).not.toBe(null);
  await forced("certificate", `update certificate set state = 'issued' where id = '${next.id}'`);
  expect((await getCertificate(deps, admin, id)).rotationRequest).toBe(null);
});

test("with more than 2,000 rotations overdue, the alert of one that is withdrawn resolves, and no other", async () => {
  const [withdrawn, kept] = [await requested(), await requested()];
  harness.advance(dayMs);
  const checks = makeChecks(deps);
  await checks.run();
  expect([await alertOf(withdrawn.id), await alertOf(kept.id)]).toEqual(["open", "open"]);
  const [columns] = await harness.asSuper(
    `select string_agg(quote_ident(column_name), ',' order by ordinal_position) as names,
      string_agg(case column_name when 'id' then '''crt_copy'' || n' when 'serial' then 'substring(c.serial from 1 for 12) || int4send(n)'
        when 'fingerprint_sha256' then 'sha256(convert_to(n::text, ''UTF8''))' when 'rotate_by' then 'rotate_by - interval ''1 minute'''
        else 'c.' || quote_ident(column_name) end, ',' order by ordinal_position) as copied
     from information_schema.columns where table_name = 'certificate' and table_schema = 'public' and is_generated = 'NEVER'`,
  );
  await forced(
    "certificate",
    `insert into certificate (${String(columns?.["names"])}) select ${String(columns?.["copied"])} from certificate c, generate_series(1, 2050) n where c.id = '${kept.id}'`,
  );
  await cancelRotationRequest(deps, admin, withdrawn.id);
  await checks.run();
  expect([await alertOf(withdrawn.id), await alertOf(kept.id)]).toEqual(["resolved", "open"]);
});
