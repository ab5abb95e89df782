import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/ids";
import { findIdentity } from "@/lib/identities/find-identity";
import type { Identity } from "@/lib/identities/find-identity";
import { auditedTransaction, uniqueViolation } from "@/lib/log/audited-transaction";
import type { NewEntry } from "@/lib/log/types";
import { insertProxy, lockProxy, updateProxyRow } from "./proxies-repository";
import type { ProxyRow } from "./proxies-repository";
import { changesOf } from "./update-proxy";
import { proxyDto, proxyTarget } from "./proxy-dto";
import type { ProxyDto, ProxyInput } from "./schema";

type TrustDeps = Pick<Deps, "db" | "clock" | "random" | "source">;

const refuse = (
  code: string,
  message: string,
  kind: "invalid" | "conflict" = "invalid",
): AppError =>
  new AppError(code, message, { kind, findings: [{ code, path: "identity", message }] });
const alreadyTrusted = (name: string): AppError =>
  refuse(
    "proxy.exists",
    `${name} is trusted as a proxy already. Change that entry instead.`,
    "conflict",
  );

async function identityOf(deps: TrustDeps, id: string): Promise<Identity> {
  const identity = await findIdentity(deps, id);
  if (!identity || identity.kind === "system")
    throw refuse(
      "proxy.identity-unknown",
      "There is no such identity. Make one for the proxy first, and issue it a client certificate.",
    );
  if (identity.kind === "person")
    throw refuse(
      "proxy.identity-person",
      "A person is no proxy. Make an identity of kind service for it.",
    );
  return identity;
}

/**
 * From now on the identity's certificates may speak for the clients whose certificates they pass on, and no longer for the identity itself.
 * One that was removed is trusted again under its old id. Errors: `proxy.identity-unknown`, `proxy.identity-person`, `proxy.exists`.
 */
export async function trustProxy(
  deps: TrustDeps,
  actor: Actor,
  input: ProxyInput,
): Promise<ProxyDto> {
  authorize(actor, "proxies.write");
  const identity = await identityOf(deps, input.identity),
    now = deps.clock.now();
  const fresh: ProxyRow = {
    id: newId("prx", now, deps.random.bytes),
    identityId: identity.id,
    kind: input.kind,
    hops: input.hops,
    status: "active",
    note: input.note,
    createdAt: now,
    changedAt: now,
    identity,
  };
  const run = () =>
    auditedTransaction(deps, actor, async (tx) => {
      const before = await lockProxy(tx, { identityId: identity.id });
      if (before?.status === "active") throw alreadyTrusted(identity.name);
      if (before === null) await insertProxy(tx, fresh);
      else
        await updateProxyRow(
          tx,
          before.id,
          { kind: input.kind, hops: input.hops, note: input.note, status: "active" },
          now,
        );
      const row =
        before === null
          ? fresh
          : { ...before, ...fresh, id: before.id, createdAt: before.createdAt };
      return { result: row, entries: [entryOf(before, row, input)] };
    });
  const { result, entryIds } = await run().catch((error: unknown) => {
    throw uniqueViolation(error) === null ? error : alreadyTrusted(identity.name);
  });
  return { ...proxyDto(result), entryId: entryIds[0] ?? "" };
}

function entryOf(
  before: ProxyRow | null,
  row: ProxyRow,
  { kind, hops, note }: ProxyInput,
): NewEntry {
  const common = { outcome: "success", target: proxyTarget(row) } as const;
  if (before === null)
    return {
      ...common,
      action: "proxy.trusted",
      details: { identityId: row.identityId, kind, hops },
    };
  return {
    ...common,
    action: "proxy.updated",
    details: { changes: changesOf(before, { kind, hops, note, status: "active" }) },
  };
}
