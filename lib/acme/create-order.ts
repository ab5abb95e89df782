import { AppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/format/ids";
import { hourMs } from "@/lib/format/time-units";
import { findIdentity, type Identity } from "@/lib/identities/read-identities";
import { uniqueViolation } from "@/lib/log/record/audited-transaction";
import type { Recorded } from "@/lib/log/record/recorded";
import type { NewEntry } from "@/lib/log/types";
import { findProfile, type Profile } from "@/lib/profiles/read-profiles";
import type { Deps } from "@/lib/runtime/deps";
import {
  insertOrder,
  type AuthorizationRow,
  type OrderWithAuthorizations,
} from "./acme-order-repository";
import {
  heldBy,
  identifierText,
  isWithinKey,
  readIdentifiers,
  refuseIdentifiers,
} from "./order-names";
import { recordChange } from "./orders/record-change";
import { readReplaced } from "./orders/replaced-certificate";
import { chooseSlug, usableProfile } from "./order-profile";
import { malformed } from "./parse-jws";
import type { AuthenticatedAccount, Identifier } from "./types";

type OrderDeps = Pick<Deps, "db" | "clock" | "random" | "recorder">;

const orderMs = 24 * hourMs;
const maxOpenOrders = 300;
const tokenBytes = 32;

/** What a client asks for in newOrder; `profile` also from the directory that it uses. */
export type OrderRequest = Readonly<{
  payload: Record<string, unknown>;
  pathProfile: string | null;
  /** How many orders the account has that can still be finalized. */
  openOrders: number;
}>;

/**
 * Creates an order for names that the account's identity holds (RFC 8555 section 7.4). Each name is
 * authorized from the beginning by the row that holds it, and the entry says so. Errors:
 * `acme.malformed`, `acme.rejected-identifier`, `acme.unsupported-identifier`,
 * `acme.invalid-profile`, `acme.rate-limited`, `acme.already-replaced`.
 */
export async function createOrder(
  deps: OrderDeps,
  account: AuthenticatedAccount,
  { payload, pathProfile, openOrders }: OrderRequest,
): Promise<Recorded<OrderWithAuthorizations>> {
  if (payload["notBefore"] !== undefined || payload["notAfter"] !== undefined)
    throw malformed("notBefore and notAfter are not supported. The profile decides the lifetime.");
  const identifiers = readIdentifiers(payload["identifiers"]);
  const slug = chooseSlug(account, payload["profile"], pathProfile);
  const now = deps.clock.now();
  const found = await findProfile(deps, slug);
  const profile = usableProfile(found, slug, account.identityKind);
  if (openOrders >= maxOpenOrders)
    throw new AppError(
      "acme.rate-limited",
      `This account has ${maxOpenOrders} orders that are not finalized. Finalize them, or wait until they expire.`,
      { retryAfterSeconds: 600 },
    );
  const isChallenged = profile.rules.acme?.validation === "challenge";
  const held = isChallenged && account.addsNames ? null : await namesHeldBy(deps, account);
  assertMayOrder(account, held, identifiers);
  const replaced = await readReplaced(deps, account, payload["replaces"], identifiers);
  const replaces = replaced && String(payload["replaces"]);
  const order = { ...makeOrder(deps, account, profile, identifiers, now), replaces };
  const holder = isChallenged || held === null ? { names: [] } : held;
  const authorizations = identifiers.map((name) => authorize(deps, order, holder, name, now));
  const created = createdEntry(order, authorizations, replaced);
  const entryId = await recordChange(deps, account.actor, created, (entry) =>
    insertOrder(deps.db, order, authorizations, entry),
  ).catch((error: unknown) => {
    if (uniqueViolation(error) === null) throw error;
    throw new AppError("acme.already-replaced", "Another order replaces this certificate.");
  });
  if (entryId === null) throw new Error("unreachable: an order is stored, or the statement fails");
  return { result: { ...order, authorizations }, entryId };
}

type NewOrder = ReturnType<typeof makeOrder> & Readonly<{ replaces: string | null }>;

const createdEntry = (
  order: NewOrder,
  authorizations: readonly AuthorizationRow[],
  replaced: Readonly<{ id: string }> | null,
): NewEntry => ({
  action: "acme.order-created",
  outcome: "success",
  target: {
    kind: "acme-order",
    id: order.id,
    label: authorizations.map(({ value }) => value).join(", "),
  },
  details: {
    accountId: order.accountId,
    identityId: order.identityId,
    profile: order.profile,
    names: authorizations.map(({ type, value, authorizedBy }) => ({
      name: identifierText({ type: type as Identifier["type"], value }),
      authorizedBy: authorizedBy ?? "pending",
    })),
    expiresAt: order.expiresAt.toISOString(),
    ...(order.replaces === null ? {} : { replaces: order.replaces }),
    ...(replaced === null ? {} : { replacedId: replaced.id }),
  },
});

async function namesHeldBy(
  deps: OrderDeps,
  { identityId }: AuthenticatedAccount,
): Promise<Pick<Identity, "names">> {
  const identity = await findIdentity(deps, identityId);
  if (identity === null) throw new Error("unreachable: an account belongs to an identity");
  return identity;
}

/**
 * `held` is null where the account may prove any name. Who asks learns no more of a name than that
 * this identity can't have it.
 */
function assertMayOrder(
  account: AuthenticatedAccount,
  held: Pick<Identity, "names"> | null,
  identifiers: readonly Identifier[],
): void {
  const refused = identifiers.flatMap((identifier) => {
    if (!isWithinKey(account.names, identifier))
      return [
        {
          identifier,
          message: `The ACME key of this account isn't for ${identifier.value}.`,
        },
      ];
    return held !== null && heldBy(held, identifier) === null
      ? [
          {
            identifier,
            message: `${account.identityName} doesn't hold ${identifier.value}. Ask an administrator or operator to add the name to the identity.`,
          },
        ]
      : [];
  });
  if (refused.length > 0) throw refuseIdentifiers("acme.rejected-identifier", refused);
}

const makeOrder = (
  { random }: OrderDeps,
  account: AuthenticatedAccount,
  profile: Profile,
  identifiers: readonly Identifier[],
  now: Date,
) =>
  ({
    id: newId("ord", now, random.bytes),
    accountId: account.id,
    identityId: account.identityId,
    profile: profile.slug,
    identifiers: identifiers.map(identifierText),
    status: "open",
    certificateId: null,
    problem: null,
    csrDer: null,
    leaseUntil: null,
    createdAt: now,
    expiresAt: new Date(now.getTime() + orderMs),
  }) as const;

function authorize(
  { random }: OrderDeps,
  order: Readonly<{ id: string; accountId: string; expiresAt: Date }>,
  identity: Pick<Identity, "names">,
  { type, value }: Identifier,
  now: Date,
): AuthorizationRow {
  const holder = heldBy(identity, { type, value });
  return {
    id: newId("azn", now, random.bytes),
    orderId: order.id,
    accountId: order.accountId,
    type,
    value,
    wildcard: value.startsWith("*."),
    status: holder === null ? "pending" : "valid",
    authorizedBy: holder === null ? null : `held by ${holder}`,
    token: Buffer.from(random.bytes(tokenBytes)).toString("base64url"),
    challenge: null,
    problem: null,
    validatedAt: holder === null ? null : now,
    leaseUntil: null,
    createdAt: now,
    expiresAt: order.expiresAt,
  };
}
