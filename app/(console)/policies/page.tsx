import { Plus, Route } from "lucide-react";
import { PolicyTable } from "@/components/policies/policy-table";
import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/access/permissions";
import { listPolicies } from "@/lib/policies/read-policies";

export const metadata = { title: "Policies" };

export default async function PoliciesPage() {
  const { actor, deps } = await openPage("policies.read", { action: "policy.read" });
  const { items } = await listPolicies(deps, actor);
  const newOne = scopeOf(actor.role, "policies.write") !== "none" && (
    <ButtonLink href="/policies/new" variant="primary" icon={<Plus aria-hidden />}>
      Create policy
    </ButtonLink>
  );
  return (
    <>
      <PageHeader
        title="Policies"
        description="Which certificates may do what on the services behind your proxies."
        action={newOne}
      />
      <PolicyTable
        items={items}
        empty={
          <EmptyState icon={<Route aria-hidden />} title="No policies yet" action={newOne}>
            Create one for each service behind nginx, Traefik or Envoy. Without a policy, every
            request to a service is denied.
          </EmptyState>
        }
      />
    </>
  );
}
