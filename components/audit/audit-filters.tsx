"use client";

import type { ReactNode } from "react";
import { ChoiceFilter } from "@/components/filters/choice-filter";
import { type ChoiceGroup, GroupedChoiceFilter } from "@/components/filters/grouped-choice-filter";
import { FilterBar } from "@/components/filters/filter-bar";
import { FilterDialog, type FilterChanges } from "@/components/filters/filter-dialog";
import type { Params } from "@/components/filters/list-href";
import type { SelectOption } from "@/components/ui/select";
import { SearchInput } from "@/components/ui/search-input";
import { entryQuery } from "@/lib/log/schema";

const fields = [
  {
    name: "from",
    label: "From",
    placeholder: "2026-11-01",
    hint: "A date, or a time with a time zone.",
  },
  {
    name: "to",
    label: "To",
    placeholder: "2026-11-30",
    hint: "A date includes the whole day, in UTC.",
  },
  {
    name: "actor",
    label: "Actor",
    placeholder: "admin@example.com",
    hint: "An email address, name or ID.",
  },
  { name: "target", label: "Target", placeholder: "crt_…", hint: "The ID of the target." },
  {
    name: "certificate",
    label: "Authenticated by",
    placeholder: "crt_…",
    hint: "The ID of a certificate.",
  },
  {
    name: "serial",
    label: "Serial number",
    placeholder: "3f:2a:9c:…",
    hint: "Hexadecimal or decimal, in any notation.",
  },
  { name: "ip", label: "Address", placeholder: "192.0.2.0/24", hint: "An address or a network." },
] as const;

type Props = Readonly<{
  path: string;
  params: Params;
  actions: readonly ChoiceGroup[];
  periods: readonly SelectOption[];
  /** The menu of views. */ views: ReactNode;
}>;

/** Search, action, period, and a button for all other filters. */
export function AuditFilters({ path, params, actions, periods, views }: Props) {
  return (
    <FilterBar>
      <SearchInput label="Search the log" placeholder="Words, or how they begin" />
      <GroupedChoiceFilter label="Action" name="action" any="Any action" groups={actions} />
      <ChoiceFilter
        label="Period"
        name="period"
        any={params["from"] || params["to"] ? "Custom period" : "Any time"}
        options={periods}
        drop={["from", "to"]}
      />
      <FilterDialog
        title="Filter entries"
        description="Entries must match all filters. Copy the URL to share them."
        fields={fields}
        initial={params}
        {...{ path, params, read }}
      />
      {views}
    </FilterBar>
  );
}

function read(given: Readonly<Record<string, string | undefined>>): FilterChanges {
  const parsed = entryQuery.safeParse(given);
  if (!parsed.success)
    return {
      errors: Object.fromEntries(
        parsed.error.issues.map(({ path: [name], message }) => [String(name), message]),
      ),
    };
  return {
    changes: {
      ...Object.fromEntries(fields.map(({ name }) => [name, null])),
      ...given,
      ...(given["from"] || given["to"] ? { period: null } : {}),
    },
  };
}
