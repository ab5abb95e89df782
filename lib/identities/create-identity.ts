import { stateNames } from "./state-names";
import type { Recorded } from "@/lib/log/record/recorded";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { newId } from "@/lib/format/ids";
import type { NewEntry } from "@/lib/log/types";
import { auditedTransaction, uniqueViolation } from "@/lib/log/record/audited-transaction";
import { findOfferedNames } from "@/lib/profiles/names-allowed";
import { canonicalNetworks } from "@/lib/net/network";
import type { Deps } from "@/lib/runtime/deps";
import type { HeldName } from "@/lib/pki/held-names/held-name";
import { checkOwnName, identityExists } from "./names/check-own-name";
import { identityDto, identityTarget, networksText } from "./identity-dto";
import { insertIdentity, type IdentityRow } from "./identity-repository";
import { addNames, describeRow, retryNameConflicts } from "./add-names";
import { listNamesOf, queryIn } from "./name-repository";
import { parseNames } from "./parse-names";
import type { IdentityDto, IdentityInput } from "./schema";

/** Turns a name that another identity of any kind has into `identity.exists`. */
export function refuseExistingName(error: unknown, name: string): never {
  if (uniqueViolation(error) === null) throw error;
  throw identityExists(name, error);
}

async function addIdentity(
  deps: Pick<Deps, "db" | "clock" | "random" | "recorder">,
  actor: Actor,
  input: Pick<IdentityRow, "kind" | "name" | "owner" | "note" | "networks">,
  names: readonly HeldName[],
): Promise<Recorded<IdentityDto>> {
  const now = deps.clock.now();
  const row = {
    ...input,
    id: newId("idn", now, deps.random.bytes),
    status: "active",
    epoch: 0,
    namesEpoch: 0,
    createdAt: now,
    changedAt: now,
  };
  const offered = row.kind === "system" ? [] : await findOfferedNames(deps, row);
  const run = () =>
    auditedTransaction(deps.recorder, actor, async (tx) => {
      const own = await checkOwnName(tx, row, now);
      await insertIdentity(tx, row);
      const common = { identity: row, now, randomBytes: deps.random.bytes };
      const rendered = await addNames(tx, { ...common, names: offered, origin: "template" });
      const edited = await addNames(tx, { ...common, names, origin: "edit" });
      const held = await listNamesOf(queryIn(tx), row.id);
      const additions = [rendered, edited].filter(({ added }) => added.length > 0);
      const created = createdEntry(row, [...offered, ...names]);
      return {
        result: { held, stored: { ...row, namesEpoch: additions.length } },
        entries: await stateNames(tx, [created, ...own, ...rendered.freed, ...edited.freed]),
      };
    });
  const { result, entryId } = await retryNameConflicts(run).catch((error: unknown) =>
    refuseExistingName(error, input.name),
  );
  const powers = row.kind === "system" ? (["chancery"] as const) : [];
  return { result: identityDto(result.stored, powers, undefined, result.held), entryId };
}

const createdEntry = (row: IdentityRow, names: readonly HeldName[]): NewEntry => ({
  action: "identity.created",
  outcome: "success",
  target: identityTarget(row),
  details: {
    kind: row.kind,
    owner: row.owner,
    note: row.note.slice(0, 200),
    ...(row.networks.length === 0 ? {} : { networks: networksText(row.networks) }),
    ...(names.length === 0 ? {} : { names: names.map(describeRow) }),
  },
});

/**
 * Creates an identity: the one person, service or device that certificates are bound to, with its
 * own name and others that it holds. Errors: `identity.exists`, `network.invalid`,
 * `name.held-by-another`, those of `parseNames`.
 */
export async function createIdentity(
  deps: Pick<Deps, "db" | "clock" | "random" | "recorder">,
  actor: Actor,
  input: Omit<IdentityInput, "networks" | "names"> &
    Partial<Pick<IdentityInput, "networks" | "names">>,
): Promise<Recorded<IdentityDto>> {
  authorize(actor, "identities.write");
  const { names = [], ...rest } = input;
  const row = { ...rest, networks: canonicalNetworks(input.networks ?? []) };
  return addIdentity(deps, actor, row, await parseNames(deps, actor, names));
}

/** Creates one of Chancery's own identities. For the setup, which authorizes by itself. */
export async function addSystemIdentity(
  deps: Pick<Deps, "db" | "clock" | "random" | "recorder">,
  actor: Actor,
  name: string,
): Promise<Recorded<IdentityDto>> {
  return addIdentity(
    deps,
    actor,
    {
      kind: "system",
      name,
      owner: "Chancery",
      note: "",
      networks: [],
    },
    [],
  );
}
