import { systemActor } from "@/lib/access/actor";
import { newId } from "@/lib/format/ids";
import { dayMs } from "@/lib/format/time-units";
import { namesOfCertificate } from "@/lib/identities/name-carriers";
import { readCarriedName, type CarriedName } from "@/lib/pki/held-names/carried-name";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { Deps } from "@/lib/runtime/deps";
import {
  countUndecidedShares,
  findOrganizationBinding,
  listAllIdentities,
  listCertificatesOf,
  markUpgraded,
  withUpgradeLock,
} from "./binding-repository";
import { bindExistingNames } from "./bind-existing-names";
import { reportUndecided } from "./report-undecided";

const pageSize = 200;
const recentMs = 30 * dayMs;
const comment = "Certificates from before names were bound carry these names.";

/**
 * Binds the names of certificates from before names were bound: each identity's own name, and the
 * names of certificates that may still be used or expired within 30 days. Nothing is refused by it:
 * overlaps become shares to decide. Can be interrupted, and does nothing once it is done.
 */
export async function upgradeNames(
  deps: Pick<Deps, "db" | "clock" | "random" | "recorder">,
  onProgress: (identities: number, names: number) => void = () => undefined,
): Promise<void> {
  if (!(await isNeeded(deps))) return;
  await withUpgradeLock(deps.db, async () => {
    if (!(await isNeeded(deps))) return;
    await upgrade(deps, onProgress);
    await reportUndecided(deps);
  });
}

async function isNeeded(deps: Pick<Deps, "db">): Promise<boolean> {
  const organization = await findOrganizationBinding(deps.db);
  return organization?.binding === "observed" && organization.upgradedAt === null;
}

async function upgrade(
  deps: Pick<Deps, "db" | "clock" | "random" | "recorder">,
  onProgress: (identities: number, names: number) => void,
): Promise<void> {
  const now = deps.clock.now();
  const actor = systemActor("upgrade", newId("req", now, deps.random.bytes));
  const since = new Date(now.getTime() - recentMs);
  let identities = 0;
  let names = 0;
  for (let afterId = ""; ;) {
    const page = await listAllIdentities(deps.db, afterId, pageSize);
    for (const identity of page) {
      // Chancery's own names are added when it issues its own certificates.
      const carried =
        identity.kind === "system" ? [] : await carriedNames(deps, identity.id, since);
      const own = readCarriedName("cn", identity.name);
      const { bound } = await bindExistingNames(deps, actor, {
        identity,
        names: uniqueNames([own, ...carried]),
        origin: "upgrade",
        comment,
      });
      names += bound;
    }
    identities += page.length;
    onProgress(identities, names);
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) break;
    afterId = last.id;
  }
  await finish(deps, actor, { identities, names });
}

async function carriedNames(
  deps: Pick<Deps, "db">,
  identityId: string,
  since: Date,
): Promise<CarriedName[]> {
  const certificates = await listCertificatesOf(deps.db, identityId, since);
  return certificates.flatMap((certificate) => namesOfCertificate(certificate));
}

const uniqueNames = (names: readonly CarriedName[]): CarriedName[] => [
  ...new Map(names.map((name) => [`${name.type}:${name.value}`, name])).values(),
];

async function finish(
  deps: Pick<Deps, "db" | "clock" | "recorder">,
  actor: ReturnType<typeof systemActor>,
  counts: Readonly<{ identities: number; names: number }>,
): Promise<void> {
  const organization = await findOrganizationBinding(deps.db);
  if (organization === null) return;
  const conflicts = await countUndecidedShares(deps.db);
  await auditedTransaction(deps.recorder, actor, async (tx) => {
    await markUpgraded(tx, organization.id, deps.clock.now());
    return {
      result: null,
      entries: [
        {
          action: "names.upgraded",
          outcome: "success",
          target: { kind: "organization", id: organization.id, label: organization.name },
          details: { ...counts, conflicts },
        },
      ],
    };
  });
}
