import { FileKey2, Plus } from "lucide-react";
import { Suspense, type ReactNode } from "react";
import { ExpirySection } from "@/app/(console)/overview-charts";
import {
  blockPastedKey,
  findPastedKey,
  previewBulk,
  startBulk,
} from "@/app/(console)/certificates/bulk/actions";
import { BulkLink } from "@/components/bulk/shared/bulk-link";
import { CertificateBar } from "@/components/certificates/bulk/certificate-bar";
import { CompromisedKeyDialog } from "@/components/certificates/bulk/compromised-key-dialog";
import { KeyBanner } from "@/components/certificates/bulk/key-banner";
import { CertificateFilters } from "@/components/certificates/filters/certificate-filters";
import {
  certificateColumns,
  CertificateTable,
} from "@/components/certificates/shared/certificate-table";
import { InventoryExport } from "@/components/filters/inventory-export";
import { FilterProblems } from "@/components/filters/filter-problems";
import { listHref, pageLinks, type Params } from "@/components/filters/list-href";
import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { Link } from "@/components/ui/link";
import { PageHeader } from "@/components/ui/page-header";
import { Pagination } from "@/components/ui/pagination";
import { SelectionProvider } from "@/components/ui/selection";
import { choicesOf } from "@/components/ui/table-view";
import { scopeOf } from "@/lib/access/permissions";
import type { Actor } from "@/lib/access/actor";
import { openPage } from "@/lib/auth/page";
import type { Deps } from "@/lib/runtime/deps";
import { listCertificates } from "@/lib/certificates/list-certificates";
import { type CertificateQuery, certificateQuery, consoleFilters } from "@/lib/certificates/schema";
import { formatCount, plural } from "@/lib/format/count";
import { findTableView } from "@/app/(console)/table-view";
import { findIdentityName } from "@/app/(console)/identity-name";
import { readQuery, type SearchParams } from "@/app/(console)/read-query";
import { ListMenus } from "@/app/(console)/views/list-menus";
import { listAuthorityChoices } from "@/lib/authorities/read-authorities";
import { listProfileChoices } from "@/lib/profiles/read-profiles";

const path = "/certificates";
const bulkActions = { preview: previewBulk, start: startBulk } as const;

export const metadata = { title: "Certificates" };

export default async function CertificatesPage({
  searchParams,
}: Readonly<{ searchParams: SearchParams }>) {
  const { actor, deps } = await openPage("certificates.read", { action: "certificate.read" });
  const { query: given, params, problems } = await readQuery(certificateQuery, searchParams);
  const view = await findTableView("certificates", params["limit"]);
  const query = consoleFilters({ ...given, limit: view.limit });
  const now = deps.clock.now();
  const [list, profiles, authorities, identityName] = await Promise.all([
    listCertificates(deps, actor, query),
    listProfileChoices(deps, actor),
    listAuthorityChoices(deps, actor),
    findIdentityName(deps, actor, query.identity),
  ]);
  const filtered = Object.keys(params).some((name) => name !== "sort" && name !== "limit");
  const total = `${formatCount(list.total.count)}${list.total.capped ? "+" : ""}`;
  const { cursor: _cursor, limit: _limit, sort: _sort, ids: _ids, ...filter } = query;
  const mayRevoke = scopeOf(actor.role, "certificates.revoke") === "all";
  const mayIssue = scopeOf(actor.role, "certificates.issue") !== "none";
  const newOne = mayIssue && (
    <ButtonLink href="/certificates/new" variant="primary" icon={<Plus aria-hidden />}>
      Issue certificate
    </ButtonLink>
  );
  return (
    <>
      <PageHeader
        title="Certificates"
        description={`${list.total.capped ? `${total} certificates` : plural(list.total.count, "certificate")}${filtered ? (list.total.count === 1 ? " matches" : " match") : ""}.`}
        action={
          <>
            <BulkLink />
            <InventoryExport
              path={path}
              params={params}
              matches={`${total} ${list.total.count === 1 ? "certificate" : "certificates"}`}
            />
            {mayRevoke && <CompromisedKeyDialog find={findPastedKey} block={blockPastedKey} />}
            {newOne}
          </>
        }
      />
      <Chart {...{ deps, actor, params }} />
      <Suspense>
        <CertificateFilters
          path={path}
          params={params}
          identityName={identityName}
          now={now}
          own={query.own ?? "exclude"}
          serverKeys={profiles.some(({ rules }) => rules.serverKeys === true)}
          profiles={profiles.map(({ slug, name }) => ({ value: slug, label: name }))}
          authorities={authorities.map(({ slug, name }) => ({ value: slug, label: name }))}
          end={
            <ListMenus
              list="certificates"
              choices={choicesOf(certificateColumns({ now }))}
              {...{ deps, actor, view, path, params }}
            />
          }
        />
      </Suspense>
      {mayRevoke && query.key !== undefined && list.total.count > 0 && (
        <KeyBanner filter={filter} total={list.total} actions={bulkActions} />
      )}
      <FilterProblems path={path} params={params} problems={problems} />
      <SelectionProvider
        key={JSON.stringify(filter)}
        pageKeys={list.items.map(({ id }) => id)}
        total={list.total.capped ? Number.POSITIVE_INFINITY : list.total.count}
      >
        <CertificateTable
          caption="Certificates"
          items={list.items}
          now={now}
          selectable={mayRevoke}
          rotation={query.rotation !== undefined}
          view={view}
          sorting={{ path, params, current: query.sort }}
          empty={<NoCertificates {...{ filtered, query, params }} action={newOne} />}
        />
        {mayRevoke && <CertificateBar actions={bulkActions} {...{ filter, params, now }} />}
      </SelectionProvider>
      {list.items.length > 0 && (
        <Pagination
          summary={`${formatCount(list.items.length)} of ${total}`}
          {...pageLinks(path, params, list)}
        />
      )}
    </>
  );
}

/** The chart counts all valid certificates: it is over lists that narrow these by time alone. */
function Chart({ deps, actor, params }: Readonly<{ deps: Deps; actor: Actor; params: Params }>) {
  const isShown =
    Object.keys(params).every((name) => chartParams.has(name)) &&
    [undefined, "valid"].includes(params["state"]);
  return (
    isShown && (
      <div className="pb-4 max-sm:hidden" data-screen-only>
        <ExpirySection deps={deps} actor={actor} compact />
      </div>
    )
  );
}
const chartParams: ReadonlySet<string> = new Set([
  "state",
  "successor",
  "expiresAfter",
  "expiresBefore",
  "sort",
]);

function NoCertificates({
  filtered,
  query: { state, own },
  params,
  action,
}: Readonly<{
  filtered: boolean;
  query: CertificateQuery;
  params: Params;
  action: ReactNode;
}>) {
  const icon = <FileKey2 aria-hidden />;
  if (!filtered)
    return (
      <EmptyState icon={icon} title="No certificates yet" action={action}>
        Create a key and a CSR where the certificate will be used, then issue a certificate from the
        CSR.
      </EmptyState>
    );
  return (
    <EmptyState
      icon={icon}
      title="No certificates match"
      action={<ButtonLink href={path}>Show all</ButtonLink>}
    >
      {state === "expiring"
        ? "No certificate is about to expire without a successor. Remove the filter to see all certificates."
        : "Remove a filter, or search for a part of a name, owner, serial number or fingerprint."}
      {own === "exclude" && (
        <>
          {" "}
          <Link href={listHref(path, params, { own: "include" })}>
            Search Chancery’s own certificates too
          </Link>
          .
        </>
      )}
    </EmptyState>
  );
}
