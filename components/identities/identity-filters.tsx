import type { ReactNode } from "react";
import { ChoiceFilter } from "@/components/filters/choice-filter";
import { FilterBar } from "@/components/filters/filter-bar";
import { SearchInput } from "@/components/ui/search-input";
import { identityKinds } from "@/lib/pki/types";
import { kindLabels } from "@/components/shared/identity-kinds";

/** Search and filters of the identity list. */
export function IdentityFilters({ end }: Readonly<{ end?: ReactNode }>) {
  return (
    <FilterBar>
      <SearchInput label="Search identities" placeholder="Name or owner" />
      <SearchInput
        label="Search by a name that is held"
        name="holds"
        placeholder="Who holds a name?"
      />
      <ChoiceFilter
        label="Kind"
        name="kind"
        any="Any kind"
        options={[...identityKinds, "system" as const].map((value) => ({
          value,
          label: kindLabels[value],
        }))}
      />
      <ChoiceFilter
        label="State"
        name="status"
        any="Any state"
        options={[
          { value: "active", label: "Active" },
          { value: "suspended", label: "Suspended" },
        ]}
      />
      {end}
    </FilterBar>
  );
}
