import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/access/actor";
import { releaseCertificate } from "@/lib/certificates/release-certificate";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { AppError } from "@/lib/errors/app-error";
import { updateAccount } from "@/lib/accounts/update-account";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { rotateCertificate } from "@/lib/issuing/rotate-certificate";
import { removeProxy } from "@/lib/proxies/remove-proxy";
import { trustProxy } from "@/lib/proxies/trust-proxy";
import { updateProxy } from "@/lib/proxies/update-proxy";
import { acceptedOf } from "@/testing/accounts/accepted";
import { csrOf, issueFor, makeIdentity, makePerson } from "@/testing/accounts/person";
import { adminActor, operatorActor } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import type { Harness } from "@/testing/harness";
import type { IdentityDto } from "./schema";
import { suspendIdentity } from "./set-identity-status";
import { updateIdentity } from "./update-identity";

let harness: Harness;
const admin = adminActor({ id: "usr_admin", label: "admin@example.com" });
const operator = operatorActor();
beforeAll(async () => {
  harness = await createTestCa();
});
afterAll(async () => {
  await harness.close();
});

const trust = async (identity: IdentityDto, accepted?: string) =>
  trustProxy(harness.deps, admin, {
    identity: identity.id,
    kind: "nginx",
    hops: 1,
    scopes: ["forward-auth"],
    note: "",
    accepted,
  });
/** The code of a refusal; for a certificate that was refused, those of its findings. */
const codesOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "done",
    (error: unknown) => {
      if (!(error instanceof AppError)) throw error;
      return error.code === "certificate.refused"
        ? error.findings.map(({ code }) => code).join(" ")
        : error.code;
    },
  );
const requestFor = async (identity: IdentityDto) => ({
  profile: "tls-client-service",
  identity: identity.id,
  csr: await csrOf(identity),
});

describe("an operator can't become administrator through a proxy's identity", () => {
  let edge: IdentityDto;
  let certificateId: string;
  beforeAll(async () => {
    edge = await makeIdentity(harness.deps, admin, "service");
    certificateId = (await issueFor(harness.deps, admin, edge)).id;
    await trust(edge, await acceptedOf(harness.deps, edge.id));
  });

  test("gets no certificate for a trusted proxy on the operator's key, in the moment after it was trusted", async () => {
    expect(await codesOf(issueCertificate(harness.deps, operator, await requestFor(edge)))).toBe(
      "identity.confers-power",
    );
  });

  test("can't rotate the certificate of a trusted proxy", async () => {
    expect(
      await codesOf(
        rotateCertificate(harness.deps, operator, certificateId, { csr: await csrOf(edge) }),
      ),
    ).toBe("identity.confers-power");
  });

  test.each([
    ["rename", { name: "edge renamed" }],
    ["change the networks of", { networks: ["0.0.0.0/0"] }],
    ["change the owner of", { owner: "me@example.com" }],
  ])("can't %s a trusted proxy", async (_, change) => {
    expect(await codesOf(updateIdentity(harness.deps, operator, edge.id, change))).toBe(
      "identity.confers-power",
    );
  });

  test("can't suspend a trusted proxy", async () => {
    expect(await codesOf(suspendIdentity(harness.deps, operator, edge.id, { comment: "" }))).toBe(
      "identity.confers-power",
    );
  });

  test("can keep its note, and its other fields as they are", async () => {
    expect(
      await codesOf(
        updateIdentity(harness.deps, operator, edge.id, {
          name: edge.name,
          owner: edge.owner,
          note: "Behind the load balancer",
        }),
      ),
    ).toBe("done");
  });

  test("is denied at the moment an identity is trusted, whatever was read about it seconds before", async () => {
    const fresh = await makeIdentity(harness.deps, admin, "service");
    await issueFor(harness.deps, operator, fresh);
    await trust(fresh, await acceptedOf(harness.deps, fresh.id));
    expect(await codesOf(issueCertificate(harness.deps, operator, await requestFor(fresh)))).toBe(
      "identity.confers-power",
    );
    const { id } = await removedProxy(fresh);
    expect(id).toMatch(/^prx_/);
    expect(await codesOf(issueCertificate(harness.deps, operator, await requestFor(fresh)))).toBe(
      "done",
    );
  });

  async function removedProxy(identity: IdentityDto): Promise<{ id: string }> {
    const row = await harness.deps.db.prisma.proxy.findUniqueOrThrow({
      where: { identityId: identity.id },
    });
    return (await removeProxy(harness.deps, admin, row.id, { comment: "" })).result;
  }
});

describe("what exists of an identity must be accepted before it gets power", () => {
  test("an identity that never had a certificate or token needs no acceptance", async () => {
    const fresh = await makeIdentity(harness.deps, admin, "service");
    expect(await codesOf(trust(fresh))).toBe("done");
  });

  test("a proxy isn't trusted while a certificate that an operator requested is unaccepted, and the refusal lists it with requester and date", async () => {
    const edge = await makeIdentity(harness.deps, admin, "service");
    const certificate = await issueFor(harness.deps, operator, edge);
    const refusal = await trust(edge).catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      code: "power.unaccepted",
      details: {
        existing: {
          digest: await acceptedOf(harness.deps, edge.id),
          certificates: [{ id: certificate.id, requestedBy: operator.label, state: "issued" }],
          counts: { certificates: 1, keys: 1, tokens: 0 },
        },
      },
    });
    expect(await harness.deps.db.prisma.proxy.count({ where: { identityId: edge.id } })).toBe(0);
  });

  test("what was accepted counts no more after an operator issued another certificate", async () => {
    const edge = await makeIdentity(harness.deps, admin, "service");
    await issueFor(harness.deps, admin, edge);
    const accepted = await acceptedOf(harness.deps, edge.id);
    await issueFor(harness.deps, operator, edge);
    expect(await codesOf(trust(edge, accepted))).toBe("power.unaccepted");
  });

  test.each([
    ["networks", { networks: ["10.0.0.0/8"] }],
    ["owner", { owner: "other@example.com" }],
  ])("what was accepted counts no more after a change of %s", async (_, change) => {
    const edge = await makeIdentity(harness.deps, admin, "service");
    await issueFor(harness.deps, admin, edge);
    const accepted = await acceptedOf(harness.deps, edge.id);
    await updateIdentity(harness.deps, operator, edge.id, change);
    expect(await codesOf(trust(edge, accepted))).toBe("power.unaccepted");
  });

  test("trusting a removed proxy again needs its own acceptance", async () => {
    const edge = await makeIdentity(harness.deps, admin, "service");
    await issueFor(harness.deps, admin, edge);
    const { result } = await trust(edge, await acceptedOf(harness.deps, edge.id));
    await removeProxy(harness.deps, admin, result.id, { comment: "" });
    await issueFor(harness.deps, operator, edge);
    expect(await codesOf(trust(edge))).toBe("power.unaccepted");
  });

  test("a person isn't linked to an account while a certificate is unaccepted", async () => {
    const { account } = await makePerson(harness.deps, admin, "admin");
    const other = await makeIdentity(harness.deps, admin);
    await issueFor(harness.deps, operator, other);
    expect(
      await codesOf(updateAccount(harness.deps, admin, account.id, { identity: other.id })),
    ).toBe("power.unaccepted");
  });

  test("a linked account gets no wider role while a certificate is unaccepted", async () => {
    const { account, identity } = await makePerson(harness.deps, admin, "auditor");
    await issueFor(harness.deps, admin, identity);
    const change = { role: "admin" } as const;
    expect(await codesOf(updateAccount(harness.deps, admin, account.id, change))).toBe(
      "power.unaccepted",
    );
    const accepted = await acceptedOf(harness.deps, identity.id);
    expect(
      await codesOf(updateAccount(harness.deps, admin, account.id, { ...change, accepted })),
    ).toBe("done");
    expect(await codesOf(updateAccount(harness.deps, admin, account.id, { role: "auditor" }))).toBe(
      "done",
    );
  });

  test("a proxy gets no wider scope while a certificate is unaccepted", async () => {
    const edge = await makeIdentity(harness.deps, admin, "service");
    await issueFor(harness.deps, admin, edge);
    const { result } = await trust(edge, await acceptedOf(harness.deps, edge.id));
    const widen = (accepted?: string) =>
      codesOf(
        updateProxy(harness.deps, admin, result.id, { scopes: ["forward-auth", "api"], accepted }),
      );
    expect(await widen()).toBe("power.unaccepted");
    expect(await widen(await acceptedOf(harness.deps, edge.id))).toBe("done");
    expect(await codesOf(updateProxy(harness.deps, admin, result.id, { scopes: ["api"] }))).toBe(
      "done",
    );
  });

  test("the entry holds what was accepted, and names who can do what through it", async () => {
    const edge = await makeIdentity(harness.deps, admin, "service");
    const certificate = await issueFor(harness.deps, operator, edge);
    const accepted = await acceptedOf(harness.deps, edge.id);
    const { entries } = await harness.newEntries(() => trust(edge, accepted));
    expect(entries.map(({ action }) => action)).toEqual([
      "proxy.trusted",
      "identity.power-granted",
    ]);
    expect(entries[1]).toMatchObject({
      target: { kind: "identity", id: edge.id },
      details: {
        power: "proxy",
        accepted,
        existing: {
          certificates: [{ id: certificate.id, requestedBy: operator.label }],
          owner: edge.owner,
        },
      },
    });
  });
});

describe("a hold is lifted by those who may place one", () => {
  test("a service lifts no hold that was placed on its certificate, and places none", async () => {
    const identity = await makeIdentity(harness.deps, admin, "service");
    const [held, valid] = [
      await issueFor(harness.deps, admin, identity),
      await issueFor(harness.deps, admin, identity),
    ];
    await revokeCertificate(harness.deps, admin, held.id, { reason: "certificateHold" });
    for (const kind of ["certificate", "token"] as const) {
      const itself = operatorActor({ kind, id: held.id, role: "service", identityId: identity.id });
      expect(await codesOf(releaseCertificate(harness.deps, itself, held.id))).toBe("forbidden");
      expect(
        await codesOf(
          revokeCertificate(harness.deps, itself, valid.id, { reason: "certificateHold" }),
        ),
      ).toBe("forbidden");
    }
    expect(await codesOf(releaseCertificate(harness.deps, operator, held.id))).toBe("done");
  });

  test("an operator revokes none of Chancery's own certificates, and so blocks none of its keys", async () => {
    const own = await harness.deps.db.prisma.certificate.findFirstOrThrow({
      where: { identity: { kind: "system" } },
    });
    for (const reason of ["keyCompromise", "superseded", "certificateHold"] as const)
      expect(
        await codesOf(revokeCertificate(harness.deps, operator, own.id, { reason })),
        reason,
      ).toMatch(/^identity\.(confers-power|system)$/);
    const blocked = await harness.deps.db.prisma.publicKey.count({ where: { blocked: true } });
    expect(blocked).toBe(0);
  });
});

describe("issuing and trusting at once", () => {
  const rounds = 200;

  test(`in ${rounds} rounds, a certificate that an operator asks for is in what was accepted, or refused`, async () => {
    const outcomes = new Map<string, number>();
    for (let round = 0; round < rounds; round++) {
      const edge = await makeIdentity(harness.deps, admin, "service");
      await warm(edge, operator);
      const accepted = await acceptedOf(harness.deps, edge.id);
      const request = await requestFor(edge);
      const [issued, trusted] = await Promise.all([
        delay(round % 12).then(() => codesOf(issueCertificate(harness.deps, operator, request))),
        codesOf(trust(edge, accepted)),
      ]);
      // What was accepted before holds no second certificate: that one and the trust exclude each other.
      const outcome = `${issued}, ${trusted}`;
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }

    expect([...outcomes.keys()].toSorted()).toEqual([
      "done, power.unaccepted",
      "identity.confers-power, done",
    ]);
  }, 240_000);

  /** So that the decision rests on what was read before the proxy is trusted. */
  const warm = (identity: IdentityDto, actor: Actor) => issueFor(harness.deps, actor, identity);
});
