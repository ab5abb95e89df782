import type { EnrollmentCard } from "@/components/enrollment/enrollment-card";
import type { Actor } from "@/lib/access/actor";
import { scopeOf } from "@/lib/access/permissions";
import { listEnrollmentSecrets } from "@/lib/enrollment/read-enrollment-secrets";
import { listUsableProfiles } from "@/lib/enrollment/usable-profiles";
import { explainPower } from "@/lib/identities/power";
import type { IdentityDto } from "@/lib/identities/schema";
import type { Deps } from "@/lib/runtime/deps";
import type { ComponentProps } from "react";

type EnrollmentOfIdentity = Omit<ComponentProps<typeof EnrollmentCard>, "actions">;

/** The enrollment secrets of an identity, and what one can be made for; null for Chancery's own. */
export async function loadEnrollment(
  deps: Pick<Deps, "db" | "clock" | "publicUrl">,
  actor: Actor,
  identity: IdentityDto,
): Promise<EnrollmentOfIdentity | null> {
  if (identity.kind === "system") return null;
  const [{ items }, profiles] = await Promise.all([
    listEnrollmentSecrets(deps, actor, identity.id),
    listUsableProfiles(deps, actor, identity),
  ]);
  const { id, name, owner } = identity;
  return {
    items,
    identity: { id, name, owner, profiles, example: exampleOf(identity) },
    rootUrl: `${deps.publicUrl}/ca/root.pem`,
    may: {
      write: scopeOf(actor.role, "identities.write") !== "none",
      denied: findBlocker(actor, identity, profiles.length),
    },
  };
}

function findBlocker(actor: Actor, identity: IdentityDto, profiles: number): string | undefined {
  const acts = ["create-enrollment-secret"] as const;
  const denied = explainPower(actor, identity, acts)["create-enrollment-secret"];
  if (denied !== undefined) return denied;
  if (identity.status !== "active") return "This identity is suspended. Activate it first.";
  return profiles === 0
    ? `There is no profile that a ${identity.kind} may use for itself.`
    : undefined;
}

/** A DNS name that it holds, for commands. */
const exampleOf = ({ names }: IdentityDto): string | undefined =>
  names.find(({ state, form, type }) => state === "held" && form === "exact" && type === "dns")
    ?.value;
