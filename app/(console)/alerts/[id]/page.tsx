import { notFound } from "next/navigation";
import { AlertActions } from "@/components/alerts/alert-actions";
import { AlertNotifications } from "@/components/delivery/alert-notifications";
import { AlertFacts } from "@/components/alerts/alert-facts";
import { AlertHistory } from "@/components/alerts/alert-history";
import { AlertStatusBadge, SeverityBadge } from "@/components/alerts/alert-badges";
import { WhyCard } from "@/components/alerts/why-card";
import { EntryTable } from "@/components/audit/entry-table";
import { paginationLinks } from "@/components/filters/list-href";
import { Banner } from "@/components/ui/banner";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Grid, Stack } from "@/components/ui/layout";
import { Link } from "@/components/ui/link";
import { PageHeader } from "@/components/ui/page-header";
import { Pagination } from "@/components/ui/pagination";
import { Time } from "@/components/ui/time";
import { formatCount } from "@/lib/format/count";
import { acknowledge, assign, except, resolve } from "@/app/(console)/alerts/actions";
import type { AlertDetail } from "@/lib/alerts/schema";
import { loadAlert } from "./load-alert";

export const metadata = { title: "Alert" };

type Props = Readonly<{
  params: Promise<{ id: string }>;
  searchParams: Promise<{ cursor?: string | string[] }>;
}>;

export default async function AlertPage({ params, searchParams }: Props) {
  const { id } = await params,
    { cursor } = await searchParams;
  const at = typeof cursor === "string" && /^\d{1,15}$/.test(cursor) ? cursor : undefined;
  const loaded = await loadAlert(id, at);
  if (loaded === null) notFound();
  const {
      alert,
      entries,
      history,
      identityName,
      people,
      exception,
      deliveries,
      old,
      network,
      me,
      may,
      denied,
    } = loaded,
    path = `/alerts/${id}`;
  return (
    <>
      <PageHeader
        title={alert.ruleTitle}
        description={alert.summary}
        crumbs={[{ label: "Alerts", href: "/alerts" }]}
        badge={
          <span className="flex gap-1.5">
            <SeverityBadge severity={alert.severity} />
            <AlertStatusBadge status={alert.status} />
          </span>
        }
        action={
          may.handle && (
            <AlertActions
              alert={alert}
              acts={{ acknowledge, assign, resolve, except }}
              me={me}
              people={people}
              network={network}
              denied={denied}
            />
          )
        }
      />
      {exception !== null && (
        <div className="pb-4">
          <Banner action={<Link href="/alerts/exceptions">Exceptions</Link>}>
            An exception prevents further alerts of this rule about this subject
            {exception.network === null ? "" : ` from ${exception.network}`} until{" "}
            <Time at={exception.expiresAt} show="minute" />: {exception.comment}
          </Banner>
        </div>
      )}
      <Grid columns="main">
        <Stack>
          <WhyCard alert={alert} />
          <RelatedEntries path={path} at={at} entries={entries} linked={may.audit} />
          <AlertNotifications
            deliveries={deliveries}
            severity={alert.severity}
            mayOpen={may.destinations}
            mayAdd={may.addDestination}
            old={old}
          />
        </Stack>
        <Stack>
          <AlertFacts alert={alert} identityName={identityName} mayOpen={may.openSubject} />
          <AlertHistory entries={history} linked={may.audit} />
        </Stack>
      </Grid>
    </>
  );
}

/** The entries that the rule evaluated, in pages. */
function RelatedEntries({
  path,
  at,
  entries,
  linked,
}: Readonly<{
  path: string;
  at: string | undefined;
  entries: AlertDetail["entries"];
  linked: boolean;
}>) {
  const paged = at !== undefined || entries.nextCursor !== null;
  return (
    <Card
      title="Related entries"
      padding="flush"
      description={
        entries.items.length === 0
          ? undefined
          : "The entries that the rule evaluated, newest first."
      }
      footer={
        paged ? (
          <Pagination
            summary={`${formatCount(entries.items.length)} on this page`}
            {...paginationLinks(path, at === undefined ? {} : { cursor: at }, entries.nextCursor)}
          />
        ) : undefined
      }
    >
      <EntryTable
        bare
        linked={linked}
        caption="Related entries"
        items={entries.items}
        empty={
          <EmptyState title="No entries">
            This rule detects things that did not happen, so there are no entries to show.
          </EmptyState>
        }
      />
    </Card>
  );
}
