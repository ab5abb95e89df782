import type { Recorded } from "@/lib/log/record/recorded";
import type { ErrorCode } from "@/lib/errors/codes";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/format/ids";
import { grantPower } from "@/lib/identities/confer-power";
import { findIdentity, type Identity } from "@/lib/identities/read-identities";
import { auditedTransaction, uniqueViolation } from "@/lib/log/record/audited-transaction";
import type { NewEntry } from "@/lib/log/types";
import type { Deps } from "@/lib/runtime/deps";
import { proxyDto, proxyTarget } from "./proxy-dto";
import { insertProxy, findProxyForUpdate, type ProxyRow, updateProxyRow } from "./proxy-repository";
import type { ProxyDto, ProxyInput } from "./schema";
import { changesOf } from "./update-proxy";

type TrustDeps = Pick<Deps, "db" | "clock" | "random" | "recorder">;

const refuse = (code: ErrorCode, message: string): AppError =>
  new AppError(code, message, { findings: [{ code, path: "identity", message }] });
const alreadyTrusted = (name: string): AppError =>
  refuse("proxy.exists", `${name} is trusted as a proxy already. Change that entry instead.`);

async function findProxyIdentity(deps: TrustDeps, id: string): Promise<Identity> {
  const identity = await findIdentity(deps, id);
  if (!identity || identity.kind === "system")
    throw refuse(
      "proxy.identity-unknown",
      "Identity not found. Create an identity for the proxy and issue a client certificate to it first.",
    );
  if (identity.kind === "person")
    throw refuse(
      "proxy.identity-person",
      "A person is no proxy. Make an identity of kind service for it.",
    );
  return identity;
}

/**
 * From now on the identity's certificates may speak for the clients whose certificates they pass
 * on, and no longer for the identity itself. One that was removed is trusted again under its old
 * id. Errors: `proxy.identity-unknown`, `proxy.identity-person`, `proxy.exists`,
 * `power.unaccepted`.
 */
export async function trustProxy(
  deps: TrustDeps,
  actor: Actor,
  input: ProxyInput,
): Promise<Recorded<ProxyDto>> {
  authorize(actor, "proxies.write");
  const identity = await findProxyIdentity(deps, input.identity),
    now = deps.clock.now();
  const fresh: ProxyRow = {
    id: newId("prx", now, deps.random.bytes),
    identityId: identity.id,
    kind: input.kind,
    hops: input.hops,
    scopes: input.scopes,
    unscopedUntil: null,
    status: "active",
    note: input.note,
    createdAt: now,
    changedAt: now,
    identity,
  };
  const run = () =>
    auditedTransaction(deps.recorder, actor, async (tx) => {
      const before = await findProxyForUpdate(tx, { identityId: identity.id });
      if (before?.status === "active") throw alreadyTrusted(identity.name);
      if (before === null) await insertProxy(tx, fresh);
      else await updateProxyRow(tx, before.id, { ...settingsOf(input), status: "active" }, now);
      const row =
        before === null
          ? fresh
          : {
              ...fresh,
              id: before.id,
              createdAt: before.createdAt,
              unscopedUntil: before.unscopedUntil,
            };
      const granted = await grantPower(tx, actor, {
        identityId: identity.id,
        power: "proxy",
        through: proxyTarget(row),
        act: "trust-proxy",
        accepted: input.accepted,
        now,
      });
      return { result: row, entries: [entryOf(before, row, input), granted] };
    });
  const { result, entryId } = await run().catch((error: unknown) => {
    throw uniqueViolation(error) === null ? error : alreadyTrusted(identity.name);
  });
  return { result: proxyDto(result), entryId };
}

const settingsOf = ({ kind, hops, scopes, note }: ProxyInput) => ({ kind, hops, scopes, note });

function entryOf(before: ProxyRow | null, row: ProxyRow, input: ProxyInput): NewEntry {
  const { kind, hops, scopes, note } = input;
  const common = { outcome: "success", target: proxyTarget(row) } as const;
  if (before === null)
    return {
      ...common,
      action: "proxy.trusted",
      details: {
        identityId: row.identityId,
        kind,
        hops,
        scopes: scopes.join(", "),
        note: note.slice(0, 200),
      },
    };
  return {
    ...common,
    action: "proxy.updated",
    details: { changes: changesOf(before, { ...settingsOf(input), status: "active" }) },
  };
}
