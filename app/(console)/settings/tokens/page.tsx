import { Plus } from "lucide-react";
import { Suspense } from "react";
import { ChoiceFilter } from "@/components/filters/choice-filter";
import { FilterBar } from "@/components/filters/filter-bar";
import { FilterProblems } from "@/components/filters/filter-problems";
import { pagesOf } from "@/components/filters/list-address";
import { TokenDialog } from "@/components/tokens/token-dialog";
import { TokenTable } from "@/components/tokens/token-table";
import { Button, ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { Pagination } from "@/components/ui/pagination";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/auth/permissions";
import { plural } from "@/lib/format/count";
import { listTokens } from "@/lib/tokens/list-tokens";
import { tokenQuery } from "@/lib/tokens/schema";
import { find } from "../../identities/actions";
import { readQuery, type SearchParams } from "../../read-query";
import { create, revoke } from "./actions";

const path = "/settings/tokens";

export const metadata = { title: "Tokens" };

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
        title="Tokens"
        sentence="Programs sign in to the API with them. A secret is shown once and kept nowhere."
        action={
          mayWrite && (
            <TokenDialog
              trigger={
                <Button variant="primary" icon={<Plus aria-hidden />}>
                  New token
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
        </FilterBar>
      </Suspense>
      <FilterProblems path={path} params={params} problems={problems} />
      <TokenTable
        items={items}
        revoke={mayWrite ? revoke : undefined}
        empty={
          filtered ? (
            <EmptyState
              title="No token matches"
              action={<ButtonLink href={path}>Show all</ButtonLink>}
            />
          ) : undefined
        }
      />
      {items.length > 0 && (
        <Pagination
          summary={`${plural(items.length, "token")} on this page`}
          {...pagesOf(path, params, nextCursor)}
        />
      )}
    </>
  );
}
