import type { ReactNode } from "react";
import { ChoiceFilter } from "@/components/filters/choice-filter";
import { FilterBar } from "@/components/filters/filter-bar";
import { SearchInput } from "@/components/ui/search-input";
import type { RuleDto } from "@/lib/alerts/schema";
import { ruleGroups } from "./alert-labels";

/** Search, and the rule. */
export function AlertFilters({
  rules,
  end,
}: Readonly<{ rules: readonly Pick<RuleDto, "name" | "title">[]; end?: ReactNode }>) {
  const order = ruleGroups.flatMap((group) => group.rules);
  const options = rules
    .toSorted((one, other) => order.indexOf(one.name) - order.indexOf(other.name))
    .map(({ name, title }) => ({ value: name, label: title }));
  return (
    <FilterBar>
      <SearchInput label="Search alerts" placeholder="Words in an alert, or a name" />
      <ChoiceFilter label="Rule" name="rule" any="Any rule" options={options} />
      {end}
    </FilterBar>
  );
}
