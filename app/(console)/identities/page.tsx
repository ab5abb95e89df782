import { Plus, UsersRound } from "lucide-react";
import { Suspense, type ReactNode } from "react";
import { BulkLink } from "@/components/bulk/shared/bulk-link";
import { InventoryExport } from "@/components/filters/inventory-export";
import { FilterProblems } from "@/components/filters/filter-problems";
import { pageLinks } from "@/components/filters/list-href";
import { IdentityBar } from "@/components/identities/identity-bar";
import { IdentityFilters } from "@/components/identities/identity-filters";
import { identityColumns, IdentityTable } from "@/components/identities/identity-table";
import { HolderTable } from "@/components/identities/holder-table";
import { IdentityTabs } from "@/components/identities/shared/identity-tabs";
import { ImportNamesDialog } from "@/components/names/import-dialog";
import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { Pagination } from "@/components/ui/pagination";
import { Link } from "@/components/ui/link";
import { SelectionProvider } from "@/components/ui/selection";
import { choicesOf } from "@/components/ui/table-view";
import { openPage } from "@/lib/auth/page";
import type { Actor } from "@/lib/access/actor";
import { scopeOf } from "@/lib/access/permissions";
import { isAppError } from "@/lib/errors/app-error";
import { countMatchingIdentities, listIdentities } from "@/lib/identities/read-identities";
import { identityQuery, type IdentityList, type IdentityQuery } from "@/lib/identities/schema";
import { formatCount, plural } from "@/lib/format/count";
import { maxBulkItems } from "@/lib/bulk/schema";
import { getNameStatus } from "@/lib/names/read-name-status";
import type { Deps } from "@/lib/runtime/deps";
import { previewIdentityBulk, startIdentityBulk } from "@/app/(console)/identities/bulk/actions";
import { importNames } from "./name-actions";
import { findTableView } from "@/app/(console)/table-view";
import { readQuery, type SearchParams } from "@/app/(console)/read-query";
import { ListMenus } from "@/app/(console)/views/list-menus";

const path = "/identities";

export const metadata = { title: "Identities" };

export default async function IdentitiesPage({
  searchParams,
}: Readonly<{ searchParams: SearchParams }>) {
  const { actor, deps } = await openPage("identities.read", { action: "identity.read" });
  const { query: given, params, problems } = await readQuery(identityQuery, searchParams);
  const view = await findTableView("identities", params["limit"]);
  const query = { ...given, limit: view.limit };
  const [found, { conflicts }] = await Promise.all([
    findIdentities(deps, actor, query),
    getNameStatus(deps, actor),
  ]);
  const { items } = found.list;
  const isCapped = found.total > maxBulkItems;
  const total = isCapped
    ? `${formatCount(maxBulkItems)}+ identities`
    : plural(found.total, "identity", "identities");
  const { cursor: _cursor, limit: _limit, ids: _ids, ...filter } = query;
  const mayWrite = scopeOf(actor.role, "identities.write") !== "none";
  const newOne = mayWrite && (
    <ButtonLink href="/identities/new" variant="primary" icon={<Plus aria-hidden />}>
      New identity
    </ButtonLink>
  );
  return (
    <>
      <PageHeader
        title="Identities"
        description={`${total}${Object.keys(params).length > 0 ? (found.total === 1 ? " matches" : " match") : ""}. Every certificate is bound to one person, service or device.`}
        action={
          <>
            <BulkLink />
            <InventoryExport path={path} params={params} matches={total} />
            {mayWrite && <ImportNamesDialog action={importNames} />}
            {newOne}
          </>
        }
      />
      <IdentityTabs conflicts={conflicts} />
      <Suspense>
        <IdentityFilters
          end={
            <ListMenus
              list="identities"
              choices={choicesOf(identityColumns)}
              {...{ deps, actor, view, path, params }}
            />
          }
        />
      </Suspense>
      <FilterProblems path={path} params={params} problems={problems} />
      {query.holds === undefined ? (
        <SelectionProvider
          key={JSON.stringify(filter)}
          pageKeys={items.map(({ id }) => id)}
          total={isCapped ? Number.POSITIVE_INFINITY : found.total}
        >
          <IdentityTable
            items={items}
            selectable={mayWrite}
            view={view}
            empty={<NoIdentities filtered={Object.keys(params).length > 0} action={newOne} />}
          />
          {mayWrite && (
            <IdentityBar
              actions={{ preview: previewIdentityBulk, start: startIdentityBulk }}
              filter={filter}
              params={params}
              mayRevoke={scopeOf(actor.role, "certificates.revoke") === "all"}
            />
          )}
        </SelectionProvider>
      ) : (
        <HolderTable items={items} empty={<NoHolder problem={found.problem} />} />
      )}
      {query.holds !== undefined && found.problem === null && (
        <p className="px-1 pt-3 text-xs text-muted">
          <Link href={`/certificates?q=${encodeURIComponent(query.holds)}`}>
            Certificates with this name
          </Link>
        </p>
      )}
      {items.length > 0 && (
        <Pagination
          summary={`${formatCount(items.length)} of ${total}`}
          {...pageLinks(path, params, found.list)}
        />
      )}
    </>
  );
}

type Found = Readonly<{
  list: IdentityList;
  /** On all pages; one more than a bulk action takes if there are more. */
  total: number;
  problem: string | null;
}>;

/** What is typed into the search for a name is not always one: `problem` says why. */
async function findIdentities(deps: Deps, actor: Actor, query: IdentityQuery): Promise<Found> {
  try {
    const { cursor: _cursor, limit: _limit, ...filter } = query;
    const [list, total] = await Promise.all([
      listIdentities(deps, actor, query),
      countMatchingIdentities(deps, filter, maxBulkItems + 1),
    ]);
    return { list, total, problem: null };
  } catch (error) {
    if (!isAppError(error) || !error.code.startsWith("name.")) throw error;
    return {
      list: { items: [], nextCursor: null, previousCursor: null },
      total: 0,
      problem: error.message,
    };
  }
}

function NoIdentities({ filtered, action }: Readonly<{ filtered: boolean; action: ReactNode }>) {
  const icon = <UsersRound aria-hidden />;
  if (filtered)
    return (
      <EmptyState
        icon={icon}
        title="No identities match"
        action={<ButtonLink href={path}>Show all</ButtonLink>}
      >
        Remove a filter, or search for a part of a name or owner.
      </EmptyState>
    );
  return (
    <EmptyState icon={icon} title="No identities yet" action={action}>
      Create one for each person, service or device that needs certificates.
    </EmptyState>
  );
}

function NoHolder({ problem }: Readonly<{ problem: string | null }>) {
  const clear = <ButtonLink href={path}>Show all identities</ButtonLink>;
  return (
    <EmptyState
      icon={<UsersRound aria-hidden />}
      title={problem === null ? "No identity holds this name." : "That isn't a name"}
      action={clear}
    >
      {problem ?? "It can be added to one on its page, or when a certificate is issued."}
    </EmptyState>
  );
}
