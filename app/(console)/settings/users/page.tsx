import { Plus } from "lucide-react";
import { Suspense } from "react";
import { AccountMenu } from "@/components/accounts/account-menu";
import { AccountDialog } from "@/components/accounts/account-form";
import { AccountTable } from "@/components/accounts/account-table";
import { roleLabels } from "@/components/shared/role-labels";
import { ChoiceFilter } from "@/components/filters/choice-filter";
import { FilterBar } from "@/components/filters/filter-bar";
import { FilterProblems } from "@/components/filters/filter-problems";
import { paginationLinks } from "@/components/filters/list-href";
import { Button } from "@/components/ui/button";
import { PageHeader } from "@/components/ui/page-header";
import { Pagination } from "@/components/ui/pagination";
import { SearchInput } from "@/components/ui/search-input";
import { listAccounts } from "@/lib/accounts/read-accounts";
import { accountQuery, accountRoles } from "@/lib/accounts/schema";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/access/permissions";
import { plural } from "@/lib/format/count";
import { find, power } from "@/app/(console)/identities/actions";
import { readQuery, type SearchParams } from "@/app/(console)/read-query";
import { list as listTokens } from "@/app/(console)/settings/tokens/actions";
import { cancelLink, create, endAll, invite, update } from "./actions";

const path = "/settings/users";

export const metadata = { title: "Users" };

export default async function UsersPage({
  searchParams,
}: Readonly<{ searchParams: SearchParams }>) {
  const { actor, deps } = await openPage("accounts.read", { action: "account.read" });
  const { query, params, problems } = await readQuery(accountQuery, searchParams);
  const { items, nextCursor } = await listAccounts(deps, actor, query);
  const mayWrite = scopeOf(actor.role, "accounts.write") !== "none";
  const newOne = mayWrite && (
    <AccountDialog
      trigger={
        <Button variant="primary" icon={<Plus aria-hidden />}>
          Create user{" "}
        </Button>
      }
      action={create}
    />
  );
  return (
    <>
      <PageHeader
        title="Users"
        description="People who can sign in, and their roles."
        action={newOne}
      />
      <Suspense>
        <FilterBar>
          <SearchInput label="Search users" placeholder="Name or email" />
          <ChoiceFilter
            label="Role"
            name="role"
            any="Any role"
            options={accountRoles.map((value) => ({ value, label: roleLabels[value].label }))}
          />
          <ChoiceFilter
            label="State"
            name="status"
            any="Any state"
            options={[
              { value: "active", label: "Active" },
              { value: "disabled", label: "Disabled" },
            ]}
          />
        </FilterBar>
      </Suspense>
      <FilterProblems path={path} params={params} problems={problems} />
      <AccountTable
        items={items}
        acts={
          mayWrite
            ? (account) => (
                <AccountMenu
                  account={account}
                  self={account.id === actor.id}
                  actions={{
                    update,
                    endSessions: endAll,
                    invite,
                    cancelLink,
                    findIdentities: find,
                    power,
                    listTokens,
                  }}
                />
              )
            : undefined
        }
      />
      <Pagination
        summary={`${plural(items.length, "user")}${params["cursor"] || nextCursor !== null ? " on this page" : ""}`}
        {...paginationLinks(path, params, nextCursor)}
      />
    </>
  );
}
