import { ChoiceFilter } from "@/components/filters/choice-filter";
import { FilterBar } from "@/components/filters/filter-bar";
import { SearchInput } from "@/components/ui/search-input";
import { identityKinds } from "@/lib/identities/schema";
import { kindWords } from "./identity-words";

/** Search and choices over the list of identities. */
export function IdentityFilters() {
  return (
    <FilterBar>
      <SearchInput label="Search identities" placeholder="Name or owner" />
      <ChoiceFilter
        label="Kind"
        name="kind"
        any="Any kind"
        options={[...identityKinds, "system" as const].map((value) => ({
          value,
          label: kindWords[value],
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
    </FilterBar>
  );
}
