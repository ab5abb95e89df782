import type { Actor } from "@/lib/access/actor";
import { listProfiles } from "@/lib/profiles/read-profiles";
import type { Deps } from "@/lib/runtime/deps";

type Kind = Readonly<{ kind: string }>;
type Offered = Readonly<{
  system: boolean;
  status: string;
  rules: Readonly<{ selfService: boolean; identityKinds: readonly string[] }>;
}>;

/** Why an identity of this kind can't request certificates under a profile for itself; null if it can. */
export function findObstacle({ system, status, rules }: Offered, { kind }: Kind): string | null {
  if (system) return "There is no such profile.";
  if (status !== "active") return "It is retired.";
  if (!rules.selfService) return "Identities can't request certificates under it for themselves.";
  return rules.identityKinds.includes(kind) ? null : `It isn't for a ${kind}.`;
}

/** Whether certificates under these rules can have names that ACME orders. */
export const issuesAcmeNames = ({
  san,
}: Readonly<{ san: Readonly<{ types: readonly string[] }> }>): boolean =>
  san.types.some((type) => type === "dns" || type === "ip");

/** The profiles that enrollment secrets of this identity can be for. Errors: `forbidden`. */
export async function listUsableProfiles(
  deps: Pick<Deps, "db">,
  actor: Actor,
  identity: Kind,
): Promise<readonly Readonly<{ slug: string; name: string }>[]> {
  const { items } = await listProfiles(deps, actor);
  return items
    .filter((profile) => findObstacle(profile, identity) === null)
    .map(({ slug, name }) => ({ slug, name }));
}
