import { stateNames } from "@/lib/identities/state-names";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { addNames, describeRow, retryNameConflicts } from "@/lib/identities/add-names";
import { parseNames } from "@/lib/identities/parse-names";
import { getIdentity } from "@/lib/identities/read-identities";
import type { IdentityDto } from "@/lib/identities/schema";
import { releaseNames } from "@/lib/identities/release-names";
import type { NameRow } from "@/lib/identities/types";
import { auditedTransaction, type AuditedTx } from "@/lib/log/record/audited-transaction";
import type { Recorded } from "@/lib/log/record/recorded";
import type { NewEntry } from "@/lib/log/types";
import type { Deps } from "@/lib/runtime/deps";
import { AppError } from "@/lib/errors/app-error";
import { revokeWithin } from "@/lib/certificates/revoke-within";
import { lockHolder, rowsNamed, type Holder } from "@/lib/identities/lock-holder";
import type { NamesTransfer } from "./schema";

/**
 * Takes names from one identity and gives them to another in one step, so that no other identity
 * gets them in between. Certificates that carry them must be revoked with it, or an administrator
 * says that the names go over although they are valid. Errors: `identity.not-found`,
 * `identity.confers-power`, `name.not-held`, `name.own-name`, `name.unchanged`, `name.carried` with the certificates, those of
 * `parseNames`.
 */
export async function transferNames(
  deps: Pick<Deps, "db" | "clock" | "random" | "recorder">,
  actor: Actor,
  id: string,
  input: NamesTransfer,
): Promise<Recorded<IdentityDto>> {
  authorize(actor, "names.manage");
  if (input.to === id)
    throw new AppError(
      "name.unchanged",
      "The names would go to the identity that has them, so nothing was changed. Choose another identity.",
      {
        findings: [
          {
            code: "name.unchanged",
            path: "to",
            message: "Choose another identity than the holder.",
          },
        ],
      },
    );
  const names = await parseNames(deps, actor, input.names);
  const now = deps.clock.now();
  const randomBytes = deps.random.bytes;
  const { entryId } = await retryNameConflicts(() =>
    auditedTransaction(deps.recorder, actor, async (tx) => {
      for (const one of [id, input.to].toSorted()) await lockHolder(tx, actor, one);
      const [from, to] = [await lockHolder(tx, actor, id), await lockHolder(tx, actor, input.to)];
      const rows = await rowsNamed(tx, from, input.names, "names");
      const { more, shares } = await release(tx, from, rows, input, { now, randomBytes });
      const { freed } = await addNames(tx, {
        identity: to,
        names,
        origin: "transfer",
        now,
        randomBytes,
      });
      return {
        result: null,
        entries: await stateNames(tx, [
          ...entriesOf(from, to, rows, shares, input),
          ...freed,
          ...more,
        ]),
      };
    }),
  );
  return { result: await getIdentity(deps, actor, id), entryId };
}

async function release(
  tx: AuditedTx,
  from: Holder,
  rows: readonly NameRow[],
  { onRelease, comment }: NamesTransfer,
  { now, randomBytes }: Readonly<{ now: Date; randomBytes: (n: number) => Uint8Array }>,
): Promise<Readonly<{ more: readonly NewEntry[]; shares: readonly string[] }>> {
  const { uncovered, shares, unshared } = await releaseNames(tx, {
    identityId: from.id,
    rows,
    onRelease: "free",
    now,
    randomBytes,
  });
  if (uncovered.length === 0 || onRelease === "free") return { more: unshared, shares };
  const isPending = uncovered.some(({ state }) => state === "planned");
  if (onRelease === "reserve" || isPending)
    throw new AppError(
      "name.carried",
      `${uncovered.length === 1 ? `A certificate of ${from.name} still carries` : `${uncovered.length} certificates of ${from.name} still carry`} what would be transferred. Revoke ${uncovered.length === 1 ? "it" : "them"} with the transfer (API: \`onRelease\`: "revoke"), or transfer the names although certificates carry them ("free").`,
      {
        details: {
          certificates: uncovered.slice(0, 100).map(({ id, commonName }) => ({ id, commonName })),
        },
      },
    );
  const revoked = await revokeWithin(
    tx,
    uncovered.map(({ id }) => id),
    { reason: "affiliationChanged", comment, now },
  );
  return { more: [...unshared, ...revoked], shares };
}

const targetOf = ({ id, name }: Holder) => ({ kind: "identity", id, label: name });

const entriesOf = (
  from: Holder,
  to: Holder,
  rows: readonly NameRow[],
  shares: readonly string[],
  { onRelease, comment }: NamesTransfer,
): [NewEntry, ...NewEntry[]] => [
  {
    action: "identity.names-transferred",
    outcome: "success",
    target: targetOf(from),
    details: {
      names: rows.map(describeRow),
      to: to.id,
      onRelease,
      comment,
      reserved: [],
      ...(shares.length > 0 ? { shares } : {}),
    },
  },
  {
    action: "identity.names-added",
    outcome: "success",
    target: targetOf(to),
    details: { names: rows.map(describeRow), origin: "transfer", comment },
  },
];
