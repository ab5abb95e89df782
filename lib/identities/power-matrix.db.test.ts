import { afterAll, beforeAll, expect, test } from "vitest";
import type { Actor, AnyActor } from "@/lib/access/actor";
import { createAccount } from "@/lib/accounts/create-account";
import { updateAccount } from "@/lib/accounts/update-account";
import { acknowledgeAlert, resolveAlert } from "@/lib/alerts/answer-alert";
import { createException } from "@/lib/alerts/manage-exceptions";
import { getAuthority } from "@/lib/authorities/read-authorities";
import { cancelRotationRequest } from "@/lib/certificates/cancel-rotation-request";
import { requestRotation } from "@/lib/certificates/request-rotation";
import { releaseCertificate } from "@/lib/certificates/release-certificate";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { AppError } from "@/lib/errors/app-error";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { issueInternalCertificate } from "@/lib/issuing/issue-internal-certificate";
import { rotateCertificate } from "@/lib/issuing/rotate-certificate";
import { changeNames } from "@/lib/names/change-names";
import type { IdentityKind } from "@/lib/pki/types";
import { trustProxy } from "@/lib/proxies/trust-proxy";
import { updateProxy } from "@/lib/proxies/update-proxy";
import { createToken } from "@/lib/tokens/create-token";
import { acceptedOf } from "@/testing/accounts/accepted";
import { csrOf, issueFor, linkPerson, makeIdentity } from "@/testing/accounts/person";
import { adminActor, assertedActor, operatorActor } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import { openAlert } from "@/testing/delivery/alert";
import type { Harness } from "@/testing/harness";
import { makeTestKey } from "@/testing/pki/authorities";
import { internalIdentityNames, findSystemIdentity } from "./read-identities";
import { activateIdentity, suspendIdentity } from "./set-identity-status";
import { updateIdentity } from "./update-identity";

// Every act on an identity, for every power and every caller, through the use cases themselves.
const acts = [
  "issue",
  "rotate",
  "revoke",
  "hold",
  "release",
  "rename",
  "change the names",
  "change the owner",
  "change the networks",
  "change the note",
  "suspend",
  "activate",
  "confer or take power",
  "create a token",
  "acknowledge an alert",
  "resolve an alert",
  "create an alert exception",
  "request a rotation",
  "withdraw a request for rotation",
] as const;
type Act = (typeof acts)[number];

const powers = ["none", "signs in", "signs in, disabled", "proxy", "chancery"] as const;
type Power = (typeof powers)[number];
const callers = [
  "administrator",
  "operator",
  "approver",
  "auditor",
  "its own certificate",
  "its own token",
  "its certificate, passed on by a proxy",
] as const;
type Caller = (typeof callers)[number];

// Written by hand, an act a column, in the order above: y done, P identity.confers-power,
// S identity.system, f forbidden, a certificate.asserted, n not found or not offered, o only by the
// profile, which people don't use for themselves.
const powered: Readonly<Record<Caller, string>> = {
  administrator: "yyyyyyyyyyyyyyyyyyy",
  operator: "PPyyPPPPPyPPffyPPyP",
  approver: "fffffffffffffffffff",
  auditor: "fffffffffffffffffff",
  "its own certificate": "yyyffffffffffffffff",
  "its own token": "PPPffffffffffffffff",
  "its certificate, passed on by a proxy": "aaPfaffffffffffffaa",
};
const expected: Readonly<Record<Power, Readonly<Record<Caller, string>>>> = {
  none: {
    ...powered,
    operator: "yyyyyyyyyyyyffyyyyy",
    "its own token": "yyyffffffffffffffff",
    "its certificate, passed on by a proxy": "aayfaffffffffffffaa",
  },
  "signs in": { ...powered, "its own certificate": "oyyffffffffffffffff" },
  "signs in, disabled": { ...powered, "its own certificate": "oyyffffffffffffffff" },
  proxy: powered,
  chancery: {
    ...powered,
    administrator: "nnySSSSSSSSSnnyyySS",
    operator: "nnPSSSSSSSSSffPPPSS",
    "its own certificate": "nnPffffffffffffffff",
    "its own token": "nnPffffffffffffffff",
    "its certificate, passed on by a proxy": "aaPfaffffffffffffaa",
  },
};

let harness: Harness;
let authorityId: string;
let admin: Actor;
beforeAll(async () => {
  harness = await createTestCa();
  const account = await harness.deps.db.prisma.account.findFirstOrThrow();
  admin = adminActor({ id: account.id, label: account.email });
  ({ id: authorityId } = await getAuthority(harness.deps, admin, "issuing"));
});
afterAll(async () => {
  await harness.close();
});

const cells = powers.flatMap((power) => callers.map((caller) => [power, caller] as const));

test("the table covers every action, power and caller", () => {
  expect(cells.map(([power, caller]) => expected[power][caller].length)).toEqual(
    cells.map(() => acts.length),
  );
});

test.each(cells)(
  "what an identity with power %s allows to %s is what the table says",
  async (power, caller) => {
    const target = await makeTarget(power);
    const actor = actorOf(caller, target.identity.id, target.certificates[0] ?? "");
    const seen: Record<string, string> = {};
    for (const act of acts) seen[act] = await outcomeOf(attempts[act](actor, target));
    expect(seen).toEqual(
      Object.fromEntries(acts.map((act, at) => [act, expected[power][caller][at]])),
    );
  },
);

const letters: Readonly<Record<string, string>> = {
  "identity.confers-power": "P",
  "identity.system": "S",
  forbidden: "f",
  "certificate.asserted": "a",
  "identity.not-found": "n",
  "profile.not-found": "n",
  "profile.not-self-service": "o",
  "proxy.identity-unknown": "n",
  "token.identity-unknown": "n",
};

async function outcomeOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
    return "y";
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const codes = error.code === "certificate.refused" ? error.findings : [error];
    const found = codes.flatMap(({ code }) => letters[code] ?? []).join("");
    if (found.includes("P")) return "P";
    return found[0] ?? `${error.code}: ${error.message}`;
  }
}

function actorOf(caller: Caller, identityId: string, certificateId: string): AnyActor {
  const service = { role: "service", identityId } as const;
  if (caller === "administrator") return admin;
  if (caller === "its own certificate")
    return operatorActor({ ...service, kind: "certificate", id: certificateId });
  if (caller === "its own token") return operatorActor({ ...service, kind: "token", id: "tok_1" });
  if (caller === "its certificate, passed on by a proxy") return assertedActor({ identityId });
  return operatorActor({ role: caller });
}

type Target = Readonly<{
  identity: Readonly<{ id: string; name: string; kind: string }>;
  /** To be rotated, revoked, put on hold, and one that is on hold. */
  certificates: readonly string[];
  account: string;
  proxy: string | null;
}>;

async function makeTarget(power: Power): Promise<Target> {
  const { deps } = harness;
  if (power === "chancery") return makeChanceryTarget();
  const identity = await makeIdentity(
    deps,
    admin,
    power.startsWith("signs in") ? "person" : "service",
  );
  const certificates: string[] = [];
  for (let made = 0; made < 5; made++)
    certificates.push((await issueFor(deps, admin, identity)).id);
  await revokeCertificate(deps, admin, certificates[3] ?? "", { reason: "certificateHold" });
  const account = await makeAccount();
  if (power.startsWith("signs in")) await linkPerson(deps, admin, account, identity.id);
  if (power === "signs in, disabled")
    await updateAccount(deps, admin, account, { status: "disabled" });
  const proxy =
    power === "proxy"
      ? await trustProxy(deps, admin, {
          identity: identity.id,
          kind: "nginx",
          hops: 1,
          scopes: ["forward-auth"],
          note: "",
          accepted: await acceptedOf(deps, identity.id),
        })
      : null;
  return { identity, certificates, account, proxy: proxy?.result.id ?? null };
}

async function makeChanceryTarget(): Promise<Target> {
  const { deps } = harness;
  const identity = await findSystemIdentity(deps, internalIdentityNames["ocsp-responder"]);
  if (identity === null) throw new Error("there is no identity of Chancery itself");
  const certificates: string[] = [];
  for (let made = 0; made < 5; made++) {
    const { spkiDer } = makeTestKey("ecdsa-p256");
    const key = { authorityId, spkiDer, purpose: "ocsp-responder" } as const;
    certificates.push((await issueInternalCertificate(deps, key)).id);
  }
  return { identity, certificates, account: await makeAccount(), proxy: null };
}

let made = 0;
const makeAccount = async (): Promise<string> =>
  (
    await createAccount(harness.deps, admin, {
      email: `power-${++made}@example.com`,
      name: "Robin Example",
      role: "operator",
    })
  ).result.id;

/** The open alert about the identity: there is one at a time. */
async function openAlertAbout({ identity }: Target): Promise<string> {
  const open = await harness.deps.db.prisma.alert.findFirst({
    where: { identityId: identity.id, status: { not: "resolved" } },
  });
  const subject = { kind: "identity", id: identity.id, label: identity.name };
  return open?.id ?? openAlert(harness.deps, { subject });
}

/**
 * Some callers are of a type that a use case does not take: the permission is asked all the same.
 */
const as = (actor: AnyActor): Actor => actor as Actor;
const kindOf = ({ identity }: Target): IdentityKind =>
  identity.kind === "person" ? "person" : "service";
const profileOf = (target: Target): string => `tls-client-${kindOf(target)}`;
const changed = (actor: AnyActor, { identity }: Target, change: object) =>
  updateIdentity(harness.deps, as(actor), identity.id, change);

const attempts: Readonly<Record<Act, (actor: AnyActor, target: Target) => Promise<unknown>>> = {
  issue: async (actor, target) =>
    issueCertificate(harness.deps, as(actor), {
      profile: profileOf(target),
      identity: target.identity.id,
      csr: await csrOf(target.identity),
    }),
  rotate: async (actor, target) =>
    rotateCertificate(harness.deps, as(actor), target.certificates[0] ?? "", {
      csr: await csrOf(target.identity),
    }),
  revoke: (actor, { certificates }) =>
    revokeCertificate(harness.deps, actor, certificates[1] ?? "", { reason: "keyCompromise" }),
  hold: (actor, { certificates }) =>
    revokeCertificate(harness.deps, actor, certificates[2] ?? "", { reason: "certificateHold" }),
  release: (actor, { certificates }) =>
    releaseCertificate(harness.deps, as(actor), certificates[3] ?? ""),
  rename: (actor, target) => changed(actor, target, { name: `renamed ${++made}` }),
  "change the names": (actor, { identity }) =>
    changeNames(harness.deps, as(actor), identity.id, {
      add: [{ type: "dns", value: `power-${++made}.example.com` }],
      release: [],
      onRelease: "reserve",
      comment: "",
    }),
  "change the owner": (actor, target) => changed(actor, target, { owner: "me@example.com" }),
  "change the networks": (actor, target) => changed(actor, target, { networks: ["10.0.0.0/8"] }),
  "change the note": (actor, target) => changed(actor, target, { note: "noted" }),
  suspend: (actor, { identity }) =>
    suspendIdentity(harness.deps, as(actor), identity.id, { comment: "" }),
  activate: (actor, { identity }) =>
    activateIdentity(harness.deps, as(actor), identity.id, { comment: "" }),
  "confer or take power": async (actor, { identity, account, proxy }) => {
    const { deps } = harness;
    if (proxy !== null) return updateProxy(deps, as(actor), proxy, { hops: 2 });
    const accepted = await acceptedOf(deps, identity.id);
    if (identity.kind === "person")
      return updateAccount(deps, as(actor), account, { identity: identity.id, accepted });
    const input = { kind: "nginx", hops: 1, note: "", accepted } as const;
    return trustProxy(deps, as(actor), {
      ...input,
      identity: identity.id,
      scopes: ["forward-auth"],
    });
  },
  "create a token": (actor, { identity }) =>
    createToken(harness.deps, as(actor), {
      name: "power",
      role: "service",
      identityId: identity.id,
      expiresInDays: 1,
    }),
  "acknowledge an alert": async (actor, target) =>
    acknowledgeAlert(harness.deps, as(actor), await openAlertAbout(target)),
  "resolve an alert": async (actor, target) =>
    resolveAlert(harness.deps, as(actor), await openAlertAbout(target), {
      resolution: "expected",
      comment: "as planned",
    }),
  "create an alert exception": (actor, { identity }) =>
    createException(harness.deps, as(actor), {
      rule: "first-network",
      subjectKind: "identity",
      subjectId: identity.id,
      days: 30,
      comment: "as planned",
    }),
  "request a rotation": (actor, { certificates }) =>
    requestRotation(harness.deps, as(actor), certificates[4] ?? ""),
  "withdraw a request for rotation": (actor, { certificates }) =>
    cancelRotationRequest(harness.deps, as(actor), certificates[4] ?? ""),
};
