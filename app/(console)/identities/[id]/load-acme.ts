import type { Enrollable } from "@/components/acme/enrollable";
import type { Actor } from "@/lib/access/actor";
import { scopeOf } from "@/lib/access/permissions";
import { listProfilesFor } from "@/lib/acme/order-profile";
import { listAcmeKeys } from "@/lib/acme/read-acme-keys";
import type { AcmeKeyDto } from "@/lib/acme/schema";
import { explainPower } from "@/lib/identities/power";
import type { IdentityDto } from "@/lib/identities/schema";
import type { Deps } from "@/lib/runtime/deps";

type AcmeOfIdentity = Readonly<{
  items: readonly AcmeKeyDto[];
  identity: Enrollable;
  rootUrl: string;
  may: Readonly<{ write: boolean; denied: string | undefined }>;
}>;

/** The ACME keys of an identity, and what one can be made for; null if the reader sees none. */
export async function loadAcme(
  deps: Pick<Deps, "db" | "clock" | "publicUrl">,
  actor: Actor,
  identity: IdentityDto,
): Promise<AcmeOfIdentity | null> {
  if (identity.kind === "system" || scopeOf(actor.role, "tokens.read") === "none") return null;
  const [{ items }, profiles] = await Promise.all([
    listAcmeKeys(deps, actor, identity.id),
    listProfilesFor(deps, actor, identity),
  ]);
  const { id, name, owner } = identity;
  return {
    items,
    identity: { id, name, owner, profiles, example: exampleOf(identity) },
    rootUrl: `${deps.publicUrl}/ca/root.pem`,
    may: {
      write: scopeOf(actor.role, "tokens.write") !== "none",
      denied: findBlocker(actor, identity, profiles.length),
    },
  };
}

function findBlocker(actor: Actor, identity: IdentityDto, profiles: number): string | undefined {
  const denied = explainPower(actor, identity, ["create-acme-key"])["create-acme-key"];
  if (denied !== undefined) return denied;
  if (identity.status !== "active") return "This identity is suspended. Activate it first.";
  return profiles === 0
    ? `No profile that a ${identity.kind} may use for itself issues DNS names or addresses.`
    : undefined;
}

/** A name for commands: clients ask for DNS names more often than for addresses. */
function exampleOf({ names }: IdentityDto): string | undefined {
  const exact = names.filter(({ state, form }) => state === "held" && form === "exact");
  return (exact.find(({ type }) => type === "dns") ?? exact.find(({ type }) => type === "ip"))
    ?.value;
}
