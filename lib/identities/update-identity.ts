import { stateNames } from "./state-names";
import type { Recorded } from "@/lib/log/record/recorded";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { NewEntry } from "@/lib/log/types";
import { canonicalNetworks } from "@/lib/net/network";
import type { HeldName } from "@/lib/pki/held-names/held-name";
import type { Deps } from "@/lib/runtime/deps";
import { retryNameConflicts } from "./add-names";
import { refuseExistingName } from "./create-identity";
import { identityTarget, networksText } from "./identity-dto";
import { lockIdentity, updateIdentityRow, type IdentityRow } from "./identity-repository";
import { requirePower, type PowerAct } from "./power";
import { parseNames } from "./parse-names";
import { identityNotFound, getIdentity } from "./read-identities";
import { renameOwnName } from "./names/rename-own-name";
import { replaceNames } from "./names/replace-names";
import type { IdentityChange, IdentityDto } from "./schema";

const actOfField = {
  name: "rename",
  owner: "owner",
  note: "note",
  networks: "networks",
} as const satisfies Partial<Record<keyof IdentityChange, PowerAct>>;

/** What really changes. A request that changes nothing asks for no more than the note would. */
const actsOf = (changes: Readonly<Record<string, unknown>>): readonly PowerAct[] => {
  const acts = Object.entries(actOfField).filter(([field]) => field in changes);
  return acts.length === 0 ? ["note"] : acts.map(([, act]) => act);
};
type UpdateDeps = Pick<Deps, "db" | "clock" | "random" | "recorder">;

/** Throws `identity.changed-meanwhile` if the change is based on another state of the identity. */
function assertEpoch(row: IdentityRow, epoch: number | undefined): void {
  if (epoch === undefined || epoch === row.epoch + row.namesEpoch) return;
  throw new AppError(
    "identity.changed-meanwhile",
    `${row.name} was changed since you read it. Read it again and repeat your change.`,
  );
}

function changesOf(
  row: IdentityRow,
  change: IdentityChange,
  networks: readonly string[] | undefined,
): Record<string, { from: string; to: string }> {
  const changes: Record<string, { from: string; to: string }> = {};
  for (const field of ["name", "owner", "note"] as const) {
    const to = change[field];
    if (to !== undefined && to !== row[field]) changes[field] = { from: row[field], to };
  }
  const [from, to] = [networksText(row.networks), networksText(networks ?? row.networks)];
  return from === to ? changes : { ...changes, networks: { from, to } };
}

/**
 * Changes name, owner, note, networks or the set of held names. Networks apply from the next
 * request on; names that certificates still carry stay reserved. Errors: `identity.not-found`,
 * `identity.exists`, `identity.system`, `identity.confers-power`, `identity.changed-meanwhile`,
 * `network.invalid`, `name.held-by-another`, those of `parseNames`.
 */
export async function updateIdentity(
  deps: UpdateDeps,
  actor: Actor,
  id: string,
  input: IdentityChange,
): Promise<Recorded<IdentityDto>> {
  authorize(actor, "identities.write");
  const { names: inputNames, epoch, ...change } = input;
  const networks = change.networks && canonicalNetworks(change.networks);
  const names = inputNames && (await parseNames(deps, actor, inputNames));
  if (names && epoch === undefined) throw epochMissing();
  const { entryId } = await retryNameConflicts(() =>
    commitChange(deps, actor, id, { change, networks, names, epoch }),
  ).catch((error: unknown) => refuseExistingName(error, input.name ?? ""));
  return { result: await getIdentity(deps, actor, id), entryId };
}

type ParsedChange = Readonly<{
  change: IdentityChange;
  networks: readonly string[] | undefined;
  names: readonly HeldName[] | undefined;
  epoch: number | undefined;
}>;

function commitChange(
  deps: UpdateDeps,
  actor: Actor,
  id: string,
  { change, networks, names, epoch }: ParsedChange,
): Promise<Recorded<null>> {
  const now = deps.clock.now();
  const randomBytes = deps.random.bytes;
  return auditedTransaction(deps.recorder, actor, async (tx) => {
    const row = await lockIdentity(tx, id);
    if (!row) throw identityNotFound();
    assertEpoch(row, epoch);
    const changes = changesOf(row, change, networks);
    await requirePower(tx, actor, id, ...actsOf(changes), ...(names ? (["names"] as const) : []));
    const isRenamed = changes["name"] !== undefined;
    const renamed = isRenamed
      ? await renameOwnName(tx, { identity: row, name: change.name ?? row.name, now, randomBytes })
      : { reserved: [], entries: [] };
    if (Object.keys(changes).length > 0 || names)
      await updateIdentityRow(tx, id, {
        name: change.name ?? row.name,
        owner: change.owner ?? row.owner,
        note: change.note ?? row.note,
        networks: networks ?? row.networks,
        changedAt: now,
      });
    const identity = { ...row, name: change.name ?? row.name };
    const more = names ? await replaceNames(tx, { identity, names, now, randomBytes }) : [];
    const updated: NewEntry = {
      action: "identity.updated",
      outcome: "success",
      target: identityTarget(row),
      details: {
        changes,
        ...(renamed.reserved.length > 0 ? { reserved: renamed.reserved } : {}),
      },
    };
    const entries = await stateNames(tx, [updated, ...renamed.entries, ...more]);
    return { result: null, entries };
  });
}

function epochMissing(): AppError {
  const message = "Send the epoch of the identity that the names are based on, as you read it.";
  return new AppError("request.invalid", message, {
    findings: [{ code: "request.invalid", path: "epoch", message }],
  });
}
