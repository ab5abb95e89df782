"use client";

import { useState } from "react";
import { describeForm, describeOrigin, nameTypeLabels } from "@/components/names/shared/name-text";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { EmptyValue } from "@/components/ui/data-list";
import { Link } from "@/components/ui/link";
import { DataTable, type Column } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import { plural } from "@/lib/format/count";
import type { HeldNameDto } from "@/lib/identities/schema";
import { isChangeable } from "./name-actions";

export type SharedWith = Readonly<
  Record<string, readonly Readonly<{ id: string; name: string }>[]>
>;

type Props = Readonly<{
  names: readonly HeldNameDto[];
  sharedWith: SharedWith;
  caption: string;
  /** Absent if nothing can be selected. */
  selection: Selection | undefined;
}>;
type Selection = Readonly<{ ids: readonly string[]; onChange: (ids: readonly string[]) => void }>;

const maxShown = 50;

/** Held names first, then those that are only reserved. */
export function NamesTable({ names, sharedWith, caption, selection }: Props) {
  const [all, setAll] = useState(false);
  const ordered = names.toSorted(
    (one, other) => Number(one.state === "reserved") - Number(other.state === "reserved"),
  );
  const shown = all ? ordered : ordered.slice(0, maxShown);
  return (
    <>
      <DataTable
        bare
        caption={caption}
        columns={[
          nameColumn(selection),
          formColumn,
          sharedColumn(sharedWith),
          originColumn,
          sinceColumn,
        ]}
        rows={shown}
        rowKey={({ id }) => id}
        empty={<p className="px-4 py-3 text-sm text-muted">It holds no names.</p>}
      />
      {shown.length < names.length && (
        <div className="border-t border-border px-4 py-2">
          <Button
            variant="ghost"
            size="sm"
            onClick={() => {
              setAll(true);
            }}
          >
            Show all {plural(names.length, "name")}
          </Button>
        </div>
      )}
    </>
  );
}

const grey = ({ state }: HeldNameDto): string | undefined =>
  state === "reserved" ? "text-muted" : undefined;

const nameColumn = (selection: Selection | undefined): Column<HeldNameDto> => ({
  key: "name",
  header: "Name",
  width: "grow",
  cell: (name) => {
    const label = (
      <span className="font-mono text-xs" title={name.value}>
        {name.value}
      </span>
    );
    const below = <NameState name={name} />;
    return (
      <div className={grey(name)}>
        {selection && isChangeable(name) ? (
          <Checkbox
            label={label}
            hint={below}
            checked={selection.ids.includes(name.id)}
            onChange={(event) => {
              const others = selection.ids.filter((id) => id !== name.id);
              selection.onChange(event.target.checked ? [...others, name.id] : others);
            }}
          />
        ) : (
          <div className={selection && "pl-6.5"}>
            {label}
            <span className="block text-xs text-muted">{below}</span>
          </div>
        )}
      </div>
    );
  },
});

/** The type of a name and, if it is only reserved, until when. */
function NameState({ name: { type, state, reservedUntil } }: Readonly<{ name: HeldNameDto }>) {
  if (state === "held") return nameTypeLabels[type];
  return (
    <>
      {nameTypeLabels[type]} · Reserved
      {reservedUntil !== null && (
        <>
          {" "}
          until <Time at={reservedUntil} show="day" />
        </>
      )}
    </>
  );
}

const formColumn: Column<HeldNameDto> = {
  key: "form",
  header: "Allows",
  width: "fit",
  hideBelow: "md",
  cell: (name) => (
    <span className={grey(name)}>{name.state === "reserved" ? "Nothing" : describeForm(name)}</span>
  ),
};

const sharedColumn = (sharedWith: SharedWith): Column<HeldNameDto> => ({
  key: "shared",
  header: "Shared with",
  hideBelow: "sm",
  cell: ({ shareId }) => {
    const others = sharedWith[shareId ?? ""] ?? [];
    if (others.length === 0) return <EmptyValue />;
    return others.map(({ id, name }, index) => (
      <span key={id}>
        {index > 0 && ", "}
        <Link href={`/identities/${id}`}>{name}</Link>
      </span>
    ));
  },
});

const originColumn: Column<HeldNameDto> = {
  key: "origin",
  header: "How",
  width: "fit",
  hideBelow: "lg",
  cell: (name) => <span className={grey(name)}>{describeOrigin(name.origin)}</span>,
};

const sinceColumn: Column<HeldNameDto> = {
  key: "since",
  header: "Since",
  width: "fit",
  hideBelow: "sm",
  cell: (name) => (
    <span className={grey(name)}>
      <Time at={name.since} show="day" />
    </span>
  ),
};
