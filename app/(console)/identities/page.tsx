import { Plus, UsersRound } from "lucide-react";
import { Suspense } from "react";
import { FilterProblems } from "@/components/filters/filter-problems";
import { pagesOf } from "@/components/filters/list-address";
import { IdentityFilters } from "@/components/identities/identity-filters";
import { IdentityTable } from "@/components/identities/identity-table";
import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { Pagination } from "@/components/ui/pagination";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/auth/permissions";
import { listIdentities } from "@/lib/identities/list-identities";
import { identityQuery } from "@/lib/identities/schema";
import { plural } from "@/lib/format/count";
import { readQuery, type SearchParams } from "../read-query";

const path = "/identities";

export const metadata = { title: "Identities" };

export default async function IdentitiesPage({
  searchParams,
}: Readonly<{ searchParams: SearchParams }>) {
  const { actor, deps } = await openPage("identities.read", { action: "identity.read" });
  const { query, params, problems } = await readQuery(identityQuery, searchParams);
  const { items, nextCursor } = await listIdentities(deps, actor, query);
  const newOne = scopeOf(actor.role, "identities.write") !== "none" && (
    <ButtonLink href="/identities/new" variant="primary" icon={<Plus aria-hidden />}>
      New identity
    </ButtonLink>
  );
  return (
    <>
      <PageHeader
        title="Identities"
        sentence="Every certificate is bound to one person, service or device."
        action={newOne}
      />
      <Suspense>
        <IdentityFilters />
      </Suspense>
      <FilterProblems path={path} params={params} problems={problems} />
      <IdentityTable
        items={items}
        empty={
          Object.keys(params).length > 0 ? (
            <EmptyState
              icon={<UsersRound aria-hidden />}
              title="No identity matches"
              action={<ButtonLink href={path}>Show all</ButtonLink>}
            >
              Search for the beginning of a name or an owner.
            </EmptyState>
          ) : (
            <EmptyState icon={<UsersRound aria-hidden />} title="No identity yet" action={newOne}>
              Make one for each person, service or device that will have certificates.
            </EmptyState>
          )
        }
      />
      {items.length > 0 && (
        <Pagination
          summary={`${plural(items.length, "identity", "identities")} on this page`}
          {...pagesOf(path, params, nextCursor)}
        />
      )}
    </>
  );
}
