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
import { serviceWord } from "@/lib/format/service-word";
import { matches } from "./match-use";
import { useMoreRows } from "./use-more-rows";

const firstShown = 12;

const columns: readonly Column<UseView>[] = [
  { key: "identity", header: "Identity", width: "grow", cell: (use) => <Who {...use} /> },
  {
    key: "network",
    header: "From",
    width: "fit",
    hideBelow: "sm",
    cell: ({ network }) => <span className="font-mono text-xs">{network}</span>,
  },
  {
    key: "service",
    header: "Service",
    hideBelow: "sm",
    cell: ({ service }) => serviceWord(service),
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
    header: "Refused",
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
    header: "Last",
    width: "fit",
    hideBelow: "lg",
    cell: ({ lastAt }) => <Time at={lastAt} />,
  },
];

function Who({ identity, network, service, refused }: UseView) {
  return (
    <>
      <span className="block truncate">{identity.name}</span>
      <span className="block text-xs font-normal whitespace-normal text-muted sm:hidden">
        <span className="font-mono">{network}</span> to {serviceWord(service)}
        {refused > 0 && (
          <>
            , <span className="whitespace-nowrap text-denied">{formatCount(refused)} refused</span>
          </>
        )}
      </span>
    </>
  );
}

/** Who uses what from where. Typing narrows it to what has all of the words. */
export function UseTable({ uses }: Pick<CustodyView, "uses">) {
  const [text, setText] = useState("");
  const found = uses.filter((use) => matches(use, text)),
    { shown, more } = useMoreRows(found, firstShown);
  return (
    <Card
      title="Who uses what from where"
      description="One line for each identity, certificate, network and service of this time; requests are counted since the first."
      padding="flush"
      aside={uses.length > 0 && <FilterBox text={text} onText={setText} found={found.length} />}
      footer={more}
    >
      <DataTable
        bare
        caption="Who uses what from where"
        columns={columns}
        rows={shown}
        rowKey={keyOf}
        rowHref={({ certificateId }) => `/certificates/${certificateId}#uses`}
        empty={
          <EmptyState
            icon={<Waypoints aria-hidden />}
            title={uses.length === 0 ? "No certificate was used" : "Nothing matches"}
          >
            {uses.length === 0
              ? "Requests to Chancery by certificate, requests behind your proxies, and reported events appear here within seconds."
              : "Try the beginning of a name, a network or a service."}
          </EmptyState>
        }
      />
    </Card>
  );
}

function FilterBox({
  text,
  onText,
  found,
}: Readonly<{ text: string; onText: (text: string) => void; found: number }>) {
  return (
    <div className="relative w-56 max-w-full">
      <Search
        aria-hidden
        className="pointer-events-none absolute top-1/2 right-2.5 size-3.5 -translate-y-1/2 text-muted"
      />
      <Input
        type="search"
        aria-label="Filter the uses"
        placeholder="Name, network or service"
        value={text}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => {
          onText(event.target.value);
        }}
      />
      <span role="status" className="sr-only">
        {text === "" ? "" : `${plural(found, "line")} found`}
      </span>
    </div>
  );
}

const keyOf = ({ certificateId, network, service }: UseView) =>
  `${certificateId} ${network} ${service}`;
