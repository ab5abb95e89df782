import { stateNames } from "@/lib/identities/state-names";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { addNames, describeRow, retryNameConflicts } from "@/lib/identities/add-names";
import { parseNames } from "@/lib/identities/parse-names";
import { getIdentity } from "@/lib/identities/read-identities";
import type { IdentityDto } from "@/lib/identities/schema";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { Recorded } from "@/lib/log/record/recorded";
import type { NewEntry } from "@/lib/log/types";
import type { Deps } from "@/lib/runtime/deps";
import { giveUpNames } from "./give-up-names";
import { lockHolder, rowsNamed } from "@/lib/identities/lock-holder";
import type { NamesChange } from "./schema";

/**
 * Adds names to an identity and releases others, in one act. Errors: `identity.not-found`,
 * `identity.confers-power`, `name.held-by-another`, `name.not-held` and `name.own-name` for a name to release,
 * `name.too-many`, those of `parseNames`; `forbidden` for freeing a name that certificates carry.
 */
export async function changeNames(
  deps: Pick<Deps, "db" | "clock" | "random" | "recorder">,
  actor: Actor,
  id: string,
  input: NamesChange,
): Promise<Recorded<IdentityDto>> {
  authorize(actor, "identities.write");
  if (input.onRelease === "free") authorize(actor, "names.manage");
  if (input.onRelease === "revoke") authorize(actor, "certificates.revoke");
  const add = await parseNames(deps, actor, input.add, "add");
  const now = deps.clock.now();
  const randomBytes = deps.random.bytes;
  const { entryId } = await retryNameConflicts(() =>
    auditedTransaction(deps.recorder, actor, async (tx) => {
      const identity = await lockHolder(tx, actor, id);
      const entries: NewEntry[] = [];
      const released = await rowsNamed(tx, identity, input.release, "release");
      if (released.length > 0)
        entries.push(
          ...(await giveUpNames(tx, { identity, rows: released, input, now, randomBytes })),
        );
      const { added, freed } = await addNames(tx, {
        identity,
        names: add,
        path: "add",
        origin: "edit",
        now,
        randomBytes,
      });
      if (added.length > 0)
        entries.push(addedEntry(identity, added.map(describeRow), input.comment));
      const [first, ...rest] = entries;
      if (first === undefined) throw nothingToDo(identity.name);
      return { result: null, entries: await stateNames(tx, [first, ...rest, ...freed]) };
    }),
  );
  return { result: await getIdentity(deps, actor, id), entryId };
}

const addedEntry = (
  identity: Readonly<{ id: string; name: string }>,
  names: readonly string[],
  comment: string,
): NewEntry => ({
  action: "identity.names-added",
  outcome: "success",
  target: { kind: "identity", id: identity.id, label: identity.name },
  details: { names, origin: "edit", ...(comment === "" ? {} : { comment }) },
});

const nothingToDo = (name: string): AppError =>
  new AppError("name.unchanged", `${name} holds these names already, so nothing was changed.`);
