"use client";

import { Search, Waypoints } from "lucide-react";
import { useState } from "react";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Input } from "@/components/ui/input";
import { DataTable, type Column } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import type { CustodyView, UseView } from "@/lib/custody/types";
import { formatCount, plural } from "@/lib/format/count";
import { serviceLabel } from "@/lib/format/service-label";
import { matchesUse } from "./match-use";
import { useMoreRows } from "./use-more-rows";

const firstShown = 12;

const columnsWith = (severalCertificates: ReadonlySet<string>): readonly Column<UseView>[] => [
  {
    key: "identity",
    header: "Identity",
    width: "grow",
    cell: (use) => (
      <UseIdentity use={use} withCertificate={severalCertificates.has(use.identity.id)} />
    ),
  },
  {
    key: "network",
    header: "Network",
    width: "fit",
    hideBelow: "sm",
    cell: ({ network }) => <span className="font-mono text-xs">{network}</span>,
  },
  {
    key: "service",
    header: "Service or event",
    hideBelow: "sm",
    cell: ({ service }) => serviceLabel(service),
  },
  {
    key: "count",
    header: "Requests",
    width: "fit",
    align: "end",
    cell: ({ count }) => formatCount(count),
  },
  {
    key: "refused",
    header: "Denied",
    width: "fit",
    align: "end",
    hideBelow: "md",
    cell: ({ refused }) => (
      <span className={refused > 0 ? "font-medium text-denied" : "text-muted"}>
        {formatCount(refused)}
      </span>
    ),
  },
  {
    key: "lastAt",
    header: "Last used",
    width: "fit",
    hideBelow: "lg",
    cell: ({ lastAt }) => <Time at={lastAt} />,
  },
];

function UseIdentity({
  use: { identity, certificateId, network, service, refused },
  withCertificate,
}: Readonly<{ use: UseView; withCertificate: boolean }>) {
  return (
    <>
      <span className="block truncate">{identity.name}</span>
      {withCertificate && (
        <span className="block truncate text-xs font-normal text-muted">
          certificate <span className="font-mono">…{certificateId.slice(-8)}</span>
        </span>
      )}
      <span className="block text-xs font-normal whitespace-normal text-muted sm:hidden">
        <span className="font-mono">{network}</span> to {serviceLabel(service)}
        {refused > 0 && (
          <>
            , <span className="whitespace-nowrap text-denied">{formatCount(refused)} denied</span>
          </>
        )}
      </span>
    </>
  );
}

/** Usage per identity, certificate, network and service. Typing filters by all words. */
export function UseTable({ uses }: Pick<CustodyView, "uses">) {
  const [text, setText] = useState("");
  const matching = uses.filter((use) => matchesUse(use, text)),
    { shown, more } = useMoreRows(matching, firstShown);
  return (
    <Card
      title="Usage by identity"
      description="One row per identity, certificate, network and service in this period. Requests are counted since first use."
      padding="flush"
      aside={uses.length > 0 && <FilterBox text={text} onText={setText} count={matching.length} />}
      footer={more}
    >
      <DataTable
        bare
        caption="Usage by identity"
        columns={columnsWith(identitiesWithSeveral(uses))}
        rows={shown}
        rowKey={keyOf}
        rowHref={({ certificateId }) => `/certificates/${certificateId}#uses`}
        empty={
          <EmptyState
            icon={<Waypoints aria-hidden />}
            title={uses.length === 0 ? "No certificate was used" : "No matches"}
          >
            {uses.length === 0
              ? "Requests authenticated with a certificate, requests through your proxies and reported events appear here within seconds."
              : "Try another name, network or service."}
          </EmptyState>
        }
      />
    </Card>
  );
}

function FilterBox({
  text,
  onText,
  count,
}: Readonly<{ text: string; onText: (text: string) => void; count: number }>) {
  return (
    <div className="relative w-56 max-w-full">
      <Search
        aria-hidden
        className="pointer-events-none absolute top-1/2 right-2.5 size-3.5 -translate-y-1/2 text-muted"
      />
      <Input
        type="search"
        aria-label="Filter usage"
        placeholder="Name, network or service"
        value={text}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => {
          onText(event.target.value);
        }}
      />
      <span role="status" className="sr-only">
        {text === "" ? "" : `${plural(count, "row")} found`}
      </span>
    </div>
  );
}

const keyOf = ({ certificateId, network, service }: UseView) =>
  `${certificateId} ${network} ${service}`;

/** Identities whose rows have to name the certificate, because several were used. */
function identitiesWithSeveral(uses: readonly UseView[]): ReadonlySet<string> {
  const certificates = new Map<string, Set<string>>();
  for (const { identity, certificateId } of uses)
    certificates.set(identity.id, (certificates.get(identity.id) ?? new Set()).add(certificateId));
  return new Set([...certificates].filter(([, ids]) => ids.size > 1).map(([id]) => id));
}
