import { Plus } from "lucide-react";
import { Suspense } from "react";
import { ChoiceFilter } from "@/components/filters/choice-filter";
import { FilterBar } from "@/components/filters/filter-bar";
import { FilterProblems } from "@/components/filters/filter-problems";
import { paginationLinks } from "@/components/filters/list-href";
import { TokenDialog } from "@/components/tokens/token-dialog";
import { TokenTable } from "@/components/tokens/token-table";
import { Button, ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { SearchInput } from "@/components/ui/search-input";
import { Pagination } from "@/components/ui/pagination";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/access/permissions";
import { plural } from "@/lib/format/count";
import { listTokens } from "@/lib/tokens/read-tokens";
import { tokenQuery } from "@/lib/tokens/schema";
import { find } from "@/app/(console)/identities/actions";
import { readQuery, type SearchParams } from "@/app/(console)/read-query";
import { create, list, revoke } from "./actions";

const path = "/settings/tokens";

export const metadata = { title: "API tokens" };

export default async function TokensPage({
  searchParams,
}: Readonly<{ searchParams: SearchParams }>) {
  const { actor, deps } = await openPage("tokens.read", { action: "token.read" });
  const { query, params, problems } = await readQuery(tokenQuery, searchParams);
  const { items, nextCursor } = await listTokens(deps, actor, query);
  const mayWrite = scopeOf(actor.role, "tokens.write") !== "none";
  const filtered = Object.keys(params).length > 0;
  return (
    <>
      <PageHeader
        title="API tokens"
        description="Programs use them to authenticate to the API. A secret is shown only once."
        action={
          mayWrite && (
            <TokenDialog
              trigger={
                <Button variant="primary" icon={<Plus aria-hidden />}>
                  Create API token
                </Button>
              }
              action={create}
              findIdentities={find}
            />
          )
        }
      />
      <Suspense>
        <FilterBar>
          <SearchInput label="Search API tokens" placeholder="Name" />
          <ChoiceFilter
            label="State"
            name="status"
            any="Any state"
            options={[
              { value: "active", label: "Active" },
              { value: "expired", label: "Expired" },
              { value: "revoked", label: "Revoked" },
            ]}
          />
          <ChoiceFilter
            label="Last use"
            name="unusedForDays"
            any="Any last use"
            options={[
              { value: "30", label: "Unused for 30 days" },
              { value: "90", label: "Unused for 90 days" },
              { value: "365", label: "Unused for a year" },
            ]}
          />
        </FilterBar>
      </Suspense>
      <FilterProblems path={path} params={params} problems={problems} />
      <TokenTable
        items={items}
        actions={mayWrite ? { revoke, list } : undefined}
        empty={
          filtered ? (
            <EmptyState
              title="No tokens match"
              action={<ButtonLink href={path}>Show all</ButtonLink>}
            />
          ) : undefined
        }
      />
      {items.length > 0 && (
        <Pagination
          summary={`${plural(items.length, "token")}${params["cursor"] || nextCursor !== null ? " on this page" : ""}`}
          {...paginationLinks(path, params, nextCursor)}
        />
      )}
    </>
  );
}
