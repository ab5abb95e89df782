import { timingSafeEqual } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { AppError } from "@/lib/errors/app-error";
import { sha256 } from "@/lib/format/hash";
import {
  allowsAlready,
  type Ceiling,
  type CeilingAddition,
  ceilingOfDomains,
  checkAddition,
  narrowCeiling,
  widenCeiling,
} from "@/lib/pki/ceiling/ceiling";
import type { HostCaller, SignerHost, WaitingAuthority } from "@/lib/signers/host-commands";
import { readAuthorityFacts } from "./authority-facts";
import { decidePermission, listWaitingPermissions } from "./ca-permissions";
import { findCeiling, insertCeiling } from "./ceilings";
import {
  confirm,
  type ConfirmationDeps,
  findAuthorityKey,
  findDecision,
  insertDecision,
  readSetupSlots,
} from "./confirmations";
import { type HostOperator, recordedTransaction } from "@/server/signer/recorded-transaction";

/** Digests (SHA-256 in hexadecimal) of the tokens that the supervisor made at this start. */
export type HostTokens = Readonly<{ setupTokenSha256: string; adminTokenSha256: string }>;
type HostDeps = ConfirmationDeps & Readonly<{ tokens: HostTokens }>;

type Plan = Readonly<{
  id: string;
  tbsDer: Uint8Array;
  keyId: string;
  requestedBy: string;
}>;

function isToken(token: string, sha256Hex: string): boolean {
  const expected = Buffer.from(sha256Hex, "hex");
  const actual = sha256(token);
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

function authenticate({ tokens }: HostDeps, { token, label, host }: HostCaller): HostOperator {
  if (isToken(token, tokens.adminTokenSha256)) return { label, host };
  throw new AppError(
    "signer.host-token",
    "The signer did not accept this command. Run it on the host, as the user that started Chancery: it needs signer-admin.key in the data folder.",
  );
}

/**
 * What the setup and the host's operator tell the signer. The application's role and the gateway
 * can't: each call needs a token that only the supervisor and the operator have.
 */
export function makeSignerHost(deps: HostDeps): SignerHost {
  return {
    grantSetup: (input) => grantSetup(deps, input),
    listWaiting: async (caller) => {
      authenticate(deps, caller);
      return listWaiting(deps);
    },
    decide: async (caller, input) => decide(deps, authenticate(deps, caller), input),
    listPermissions: async (caller) => {
      authenticate(deps, caller);
      return listWaitingPermissions(deps);
    },
    decidePermission: async (caller, input) =>
      decidePermission(deps, authenticate(deps, caller), input),
    allow: async (caller, input) => changeCeiling(deps, authenticate(deps, caller), input, widen),
    limit: async (caller, input) => changeCeiling(deps, authenticate(deps, caller), input, narrow),
  };
}

async function grantSetup(
  deps: HostDeps,
  { token, domains }: Parameters<SignerHost["grantSetup"]>[0],
): Promise<void> {
  const slots = await readSetupSlots(deps.db);
  // Its CAs exist: a setup that a crash interrupted goes on, and nothing more is granted.
  if (slots.has("root") && slots.has("issuing")) return;
  // The environment of the host says the domains itself.
  if (token === "" && deps.headlessDomains !== null) return;
  if (token === "" || !isToken(token, deps.tokens.setupTokenSha256))
    throw new AppError(
      "signer.setup-token",
      "The signer did not get the token of the setup link. Open the link that the terminal printed last.",
    );
  const granted = ceilingOfDomains(domains).dns;
  const entry = {
    action: "setup.granted",
    outcome: "success",
    target: null,
    details: { domains: granted, by: "link" },
  } as const;
  await recordedTransaction(deps, entry, async (client) => {
    await client.query(
      "insert into signer.setup_grant (domains, granted_by, created_at) values ($1, 'link', $2)",
      [granted, deps.clock.now()],
    );
  });
}

const maxListed = 200;

/**
 * Planned certificates of CAs that nothing was decided about, newest first; with an id only that
 * one. Those for keys of others are never signed and are left out, so that they hide none.
 */
async function readWaitingPlans({ db }: HostDeps, id: string | null): Promise<Plan[]> {
  const { rows } = await db.pool.query<Plan>(
    `select c.id, c.tbs_der as "tbsDer", c.requested_by as "requestedBy", a.key_id as "keyId"
     from certificate c join authority a on a.id = c.issuer_id join profile p on p.id = c.profile_id
       join signing_key k on sha256(k.spki_der) = c.spki_sha256 join signer.sealed_key s on s.key_id = k.id
     where c.state = 'planned' and p.slug in ('root-ca', 'issuing-ca') and c.id = coalesce($1, c.id)
       and not exists (select from signer.confirmation d where d.certificate_id = c.id)
     order by c.created_at desc, c.id desc limit $2`,
    [id, maxListed],
  );
  return rows;
}

async function listWaiting(deps: HostDeps): Promise<WaitingAuthority[]> {
  const plans = await readWaitingPlans(deps, null);
  const listed = plans.map(async ({ id, tbsDer, requestedBy }) => {
    const { spkiDer, ...facts } = readAuthorityFacts(tbsDer);
    const key = await findAuthorityKey(deps.db, spkiDer);
    return {
      certificateId: id,
      authorityId: key?.authorityId ?? null,
      name: key?.name ?? facts.subject,
      requestedBy,
      ...facts,
    };
  });
  return Promise.all(listed);
}

async function decide(
  deps: HostDeps,
  operator: HostOperator,
  { certificateId, tbsSha256, decision }: Parameters<SignerHost["decide"]>[1],
): Promise<string> {
  if (await findDecision(deps.db, certificateId))
    throw new AppError("signer.decided", `${certificateId} was confirmed or rejected already.`);
  const [plan] = await readWaitingPlans(deps, certificateId);
  if (!plan)
    throw new AppError(
      "signer.no-plan",
      `No CA certificate ${certificateId} waits. List them with: npx chancery confirm`,
    );
  const facts = readAuthorityFacts(plan.tbsDer);
  if (facts.tbsSha256 !== tbsSha256)
    throw new AppError(
      "signer.plan-differs",
      `${certificateId} is not what was shown. List what waits again: npx chancery confirm`,
    );
  const key = await findAuthorityKey(deps.db, facts.spkiDer);
  if (decision === "rejected") {
    const entry = {
      action: "authority.rejected",
      outcome: "success",
      target: {
        kind: "authority",
        id: key?.authorityId ?? certificateId,
        label: key?.name ?? facts.subject,
      },
      details: { certificateId, subject: facts.subject, tbsSha256 },
    } as const;
    const { label: decidedBy } = operator;
    const now = deps.clock.now();
    return recordedTransaction(
      deps,
      entry,
      (client) =>
        insertDecision(client, certificateId, { tbsSha256, decision, decidedBy, slot: null, now }),
      operator,
    );
  }
  if (!key)
    throw new AppError(
      "signer.ca-key",
      `${certificateId} is for a CA whose key the signer doesn't hold, so it can't be confirmed.`,
    );
  const rules = await inheritedCeiling(deps, plan.keyId, key.keyId);
  return confirm(deps, plan, key, { rules, reason: "confirmed", slot: null, operator });
}

/** A CA has the ceiling of the one above it; a new root that of the setup's root. */
async function inheritedCeiling(deps: HostDeps, signingKeyId: string, ownKeyId: string) {
  const above =
    signingKeyId === ownKeyId ? (await readSetupSlots(deps.db)).get("root") : signingKeyId;
  const ceiling = above ? await findCeiling(deps.db, above) : null;
  return ceiling?.rules ?? ceilingOfDomains([]);
}

/** The next ceiling; null leaves a CA that has none without one. */
type Change = (current: Ceiling | null, addition: CeilingAddition) => Ceiling | null;

const widen: Change = (current, addition) =>
  current && allowsAlready(current, addition)
    ? current
    : widenCeiling(current ?? ceilingOfDomains([]), addition);
const narrow: Change = (current, removal) => current && narrowCeiling(current, removal);

/** Stores what `change` makes of the ceiling of a CA, unless that is no change. */
async function changeCeiling(
  deps: HostDeps,
  operator: HostOperator,
  { authority: ref, addition }: Parameters<SignerHost["allow"]>[1],
  change: Change,
): Promise<string | null> {
  const checked = checkAddition(addition);
  const { rows } = await deps.db.pool.query<{ id: string; name: string; keyId: string }>(
    `select id, name, key_id as "keyId" from authority where id = $1 or slug = $1`,
    [ref],
  );
  const [authority] = rows;
  if (!authority)
    throw new AppError(
      "authority.not-found",
      `There is no CA ${ref.slice(0, 100)}. npx chancery signer show lists them.`,
    );
  const current = await findCeiling(deps.db, authority.keyId);
  const rules = change(current?.rules ?? null, checked);
  if (rules === null || (current && isDeepStrictEqual(rules, current.rules))) return null;
  const version = (current?.version ?? 0) + 1;
  const ceiling = { keyId: authority.keyId, version, reason: "command" } as const;
  const entry = {
    action: "ceiling.set",
    outcome: "success",
    target: { kind: "authority", id: authority.id, label: authority.name },
    details: { ...ceiling, ...rules },
  } as const;
  const now = deps.clock.now();
  return recordedTransaction(
    deps,
    entry,
    (client, entryId) =>
      insertCeiling(client, { ...ceiling, rules, setBy: operator.label, entryId, now }),
    operator,
  );
}
