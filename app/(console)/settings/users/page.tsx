import { Plus } from "lucide-react";
import { Suspense } from "react";
import { AccountActs } from "@/components/accounts/account-acts";
import { AccountForm } from "@/components/accounts/account-form";
import { AccountTable } from "@/components/accounts/account-table";
import { roleWords } from "@/components/accounts/role-words";
import { ChoiceFilter } from "@/components/filters/choice-filter";
import { FilterBar } from "@/components/filters/filter-bar";
import { FilterProblems } from "@/components/filters/filter-problems";
import { pagesOf } from "@/components/filters/list-address";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { PageHeader } from "@/components/ui/page-header";
import { Pagination } from "@/components/ui/pagination";
import { SearchInput } from "@/components/ui/search-input";
import { listAccounts } from "@/lib/accounts/list-accounts";
import { accountQuery, accountRoles } from "@/lib/accounts/schema";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/auth/permissions";
import { plural } from "@/lib/format/count";
import { find } from "../../identities/actions";
import { readQuery, type SearchParams } from "../../read-query";
import { create, endAll, update } from "./actions";

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
    <Dialog
      trigger={
        <Button variant="primary" icon={<Plus aria-hidden />}>
          New user
        </Button>
      }
      title="New user"
    >
      <AccountForm action={create} />
    </Dialog>
  );
  return (
    <>
      <PageHeader
        title="Users"
        sentence="People who may sign in, and what each may do."
        action={newOne}
      />
      <Suspense>
        <FilterBar>
          <SearchInput label="Search users" placeholder="Name or e-mail address" />
          <ChoiceFilter
            label="Role"
            name="role"
            any="Any role"
            options={accountRoles.map((value) => ({ value, label: roleWords[value].label }))}
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
                <AccountActs
                  account={account}
                  self={account.id === actor.id}
                  actions={{ update, endSessions: endAll, findIdentities: find }}
                />
              )
            : undefined
        }
      />
      <Pagination
        summary={`${plural(items.length, "user")} on this page`}
        {...pagesOf(path, params, nextCursor)}
      />
    </>
  );
}
