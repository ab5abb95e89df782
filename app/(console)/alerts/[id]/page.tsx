import { notFound } from "next/navigation";
import { AlertActions } from "@/components/alerts/alert-actions";
import { AlertDeliveries } from "@/components/alerts/alert-deliveries";
import { AlertFacts } from "@/components/alerts/alert-facts";
import { AlertHistory } from "@/components/alerts/alert-history";
import { AlertStatusBadge, SeverityBadge } from "@/components/alerts/alert-look";
import { WhyCard } from "@/components/alerts/why-card";
import { EntryTable } from "@/components/audit/entry-table";
import { pagesOf } from "@/components/filters/list-address";
import { Banner } from "@/components/ui/banner";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Grid, Stack } from "@/components/ui/layout";
import { Link } from "@/components/ui/link";
import { PageHeader } from "@/components/ui/page-header";
import { Pagination } from "@/components/ui/pagination";
import { Time } from "@/components/ui/time";
import { formatCount } from "@/lib/format/count";
import { acknowledge, assign, except, resolve } from "../actions";
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
  const found = await loadAlert(id, at);
  if (found === null) notFound();
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
    } = found,
    path = `/alerts/${id}`;
  const paged = at !== undefined || entries.nextCursor !== null;
  return (
    <>
      <PageHeader
        title={alert.ruleTitle}
        sentence={alert.summary}
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
            />
          )
        }
      />
      {exception !== null && (
        <div className="pb-4">
          <Banner action={<Link href="/alerts/exceptions">Exceptions</Link>}>
            An exception keeps this rule quiet about it
            {exception.network === null ? "" : ` from ${exception.network}`} until{" "}
            <Time at={exception.expiresAt} show="minute" />: {exception.comment}
          </Banner>
        </div>
      )}
      <Grid columns="main">
        <Stack>
          <WhyCard alert={alert} />
          <Card
            title="Entries behind it"
            padding="flush"
            description={
              entries.items.length === 0 ? undefined : "What the rule looked at, the newest first."
            }
            footer={
              paged ? (
                <Pagination
                  summary={`${formatCount(entries.items.length)} on this page`}
                  {...pagesOf(path, at === undefined ? {} : { cursor: at }, entries.nextCursor)}
                />
              ) : undefined
            }
          >
            <EntryTable
              bare
              linked={may.audit}
              caption="Entries behind the alert"
              items={entries.items}
              empty={
                <EmptyState title="No entry by itself">
                  This rule looks for what did not happen, so there is no entry to show.
                </EmptyState>
              }
            />
          </Card>
          <AlertDeliveries
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
