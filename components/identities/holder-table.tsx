import type { ReactNode } from "react";
import { describeForm, nameTypeLabels } from "@/components/names/shared/name-text";
import { Badge } from "@/components/ui/badge";
import { DataTable, type Column } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import type { HeldNameDto, IdentityDto } from "@/lib/identities/schema";
import { kindLabels } from "@/components/shared/identity-kinds";

type Match = Readonly<{ identity: IdentityDto; name: HeldNameDto }>;

const columns: readonly Column<Match>[] = [
  { key: "identity", header: "Identity", cell: ({ identity }) => identity.name },
  {
    key: "name",
    header: "By name",
    width: "grow",
    cell: ({ name }) => (
      <>
        <span className="block truncate font-mono text-xs" title={name.value}>
          {name.value}
        </span>
        <span className="block truncate text-xs text-muted">
          {nameTypeLabels[name.type]} · {describeForm(name)}
          <span className="block sm:hidden">
            <NameState name={name} />
          </span>
        </span>
      </>
    ),
  },
  {
    key: "state",
    header: "State",
    width: "fit",
    hideBelow: "sm",
    cell: ({ name }) => <NameState name={name} />,
  },
  {
    key: "kind",
    header: "Kind",
    width: "fit",
    hideBelow: "md",
    cell: ({ identity }) => kindLabels[identity.kind],
  },
];

function NameState({ name: { state, shareId, reservedUntil } }: Readonly<{ name: HeldNameDto }>) {
  if (state === "held") return <Badge tone="valid">{shareId === null ? "Held" : "Shared"}</Badge>;
  return (
    <span className="text-muted">
      Reserved
      {reservedUntil !== null && (
        <>
          {" "}
          until <Time at={reservedUntil} show="day" />
        </>
      )}
    </span>
  );
}

/** Who holds a name, and by which name or pattern. */
export function HolderTable({
  items,
  empty,
}: Readonly<{ items: readonly IdentityDto[]; empty: ReactNode }>) {
  return (
    <DataTable
      caption="Identities that hold the name"
      columns={columns}
      rows={items.flatMap((identity) =>
        (identity.matched ?? []).map((name) => ({ identity, name })),
      )}
      rowKey={({ name }) => name.id}
      rowHref={({ identity }) => `/identities/${identity.id}`}
      empty={empty}
    />
  );
}
