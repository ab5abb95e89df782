import { CircleCheck } from "lucide-react";
import { IdentityTabs } from "@/components/identities/shared/identity-tabs";
import { ConflictCard } from "@/components/names/conflict-card";
import { EnforcePanel } from "@/components/names/enforce-panel";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Stack } from "@/components/ui/layout";
import { PageHeader } from "@/components/ui/page-header";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/access/permissions";
import { formatCount } from "@/lib/format/count";
import { getNameBinding } from "@/lib/names/enforce-names";
import { listShares } from "@/lib/names/read-shares";
import { decide, enforce } from "./actions";

export const metadata = { title: "Name conflicts" };

const maxShown = 25;

export default async function ConflictsPage() {
  const { actor, deps } = await openPage("identities.read", { action: "identity.read" });
  const [{ items }, binding] = await Promise.all([
    listShares(deps, actor, { state: "undecided" }),
    getNameBinding(deps, actor),
  ]);
  const mayManage = scopeOf(actor.role, "names.manage") !== "none";
  const isEnforced = binding.binding === "enforced";
  return (
    <>
      <PageHeader
        title="Name conflicts"
        crumbs={[{ label: "Identities", href: "/identities" }]}
        description="Names that certificates of several identities carried before names were bound. An administrator decides who keeps them."
      />
      <IdentityTabs conflicts={binding.conflicts} />
      <Stack>
        {!isEnforced && <EnforcePanel binding={binding} enforce={enforce} mayManage={mayManage} />}
        {items.length === 0 && (
          <Card>
            <EmptyState icon={<CircleCheck aria-hidden />} title="No name conflicts">
              {isEnforced
                ? "Names are enforced: every name is held by one identity, or shared by an administrator. There is nothing to do."
                : "Every name is held by one identity, or shared by an administrator."}
            </EmptyState>
          </Card>
        )}
        {items.slice(0, maxShown).map((share) => (
          <ConflictCard key={share.id} share={share} decide={decide} mayManage={mayManage} />
        ))}
        {binding.conflicts > maxShown && (
          <p className="text-sm text-muted">
            {maxShown} of {formatCount(binding.conflicts)} conflicts. Decide these to see the next.
          </p>
        )}
        {isEnforced && items.length > 0 && (
          <p className="text-sm text-muted">
            Names are enforced: an identity can only get certificates for names that it holds.
          </p>
        )}
      </Stack>
    </>
  );
}
