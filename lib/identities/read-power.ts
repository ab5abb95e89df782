import type { z } from "zod";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import type { Deps } from "@/lib/runtime/deps";
import { listExisting } from "./acceptance-repository";
import { describeExisting } from "./confer-power";
import { listHeldMailboxes } from "@/lib/identities/names/name-power-repository";
import { queryOn } from "./name-repository";
import { listPowerHolders, listPowerSources } from "./power-repository";
import { identityNotFound } from "./read-identities";
import { powerQuery, type IdentityPowerDto, type PowerHolders } from "./schema";

/**
 * The powers of an identity, and what exists of it: that is what an administrator accepts who
 * confers another one. Errors: `identity.not-found`.
 */
export async function getIdentityPower(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
  id: string,
): Promise<IdentityPowerDto> {
  authorize(actor, "accounts.read");
  const [power] = await readPower(deps, [id]);
  if (!power) throw identityNotFound();
  return power;
}

/**
 * Who can act as whom: each identity whose certificates sign in to an account or that is a trusted
 * proxy, newest first, with what exists of it; and whose email another identity has as a name.
 */
export async function listPower(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
  input: z.input<typeof powerQuery> = {},
): Promise<PowerHolders> {
  authorize(actor, "accounts.read");
  const { cursor, limit } = powerQuery.parse(input);
  const [ids, mailboxes] = await Promise.all([
    listPowerHolders(deps.db, cursor ?? null, limit + 1),
    listHeldMailboxes(queryOn(deps.db)),
  ]);
  const page = ids.slice(0, limit);
  return {
    items: await readPower(deps, page),
    nextCursor: ids.length > limit ? (page.at(-1) ?? null) : null,
    mailboxes,
  };
}

async function readPower(
  deps: Pick<Deps, "db" | "clock">,
  ids: readonly string[],
): Promise<IdentityPowerDto[]> {
  const [rows, sources] = await Promise.all([
    listExisting(deps.db, ids, deps.clock.now()),
    listPowerSources(deps.db, ids),
  ]);
  return rows.map((row) => ({
    identity: {
      id: row.id,
      name: row.name,
      kind: row.kind as IdentityPowerDto["identity"]["kind"],
      status: row.status as IdentityPowerDto["identity"]["status"],
    },
    powers: sources
      .filter(({ identityId }) => identityId === row.id)
      .map(({ power, through }) => ({ power, through })),
    existing: describeExisting(row),
  }));
}
