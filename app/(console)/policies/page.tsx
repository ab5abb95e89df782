import { Plus, Route } from "lucide-react";
import { PolicyTable } from "@/components/policies/policy-table";
import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/auth/permissions";
import { listPolicies } from "@/lib/policies/list-policies";

export const metadata = { title: "Policies" };

export default async function PoliciesPage() {
  const { actor, deps } = await openPage("policies.read", { action: "policy.read" });
  const { items } = await listPolicies(deps, actor);
  const newOne = scopeOf(actor.role, "policies.write") !== "none" && (
    <ButtonLink href="/policies/new" variant="primary" icon={<Plus aria-hidden />}>
      New policy
    </ButtonLink>
  );
  return (
    <>
      <PageHeader
        title="Policies"
        sentence="Which certificates may do what on the services behind your proxies."
        action={newOne}
      />
      <PolicyTable
        items={items}
        empty={
          <EmptyState icon={<Route aria-hidden />} title="No policy yet" action={newOne}>
            Make one for each service behind nginx, Traefik or Envoy. Until then nothing is allowed
            on it.
          </EmptyState>
        }
      />
    </>
  );
}
