"use client";

import { Field } from "@/components/ui/field";
import { useListParams } from "@/components/ui/use-list-params";
import { Select, type SelectOption } from "@/components/ui/select";

type Props = Readonly<{
  label: string;
  name: string;
  any: string;
  options: readonly SelectOption[];
  /** URL parameters that a choice removes. */ drop?: readonly string[] | undefined;
}>;

/** A filter with a fixed set of values, stored in the URL. */
export function ChoiceFilter({ label, name, any, options, drop = [] }: Props) {
  const { parameters, change } = useListParams();
  const choose = (value: string) => {
    change((next) => {
      for (const key of ["cursor", ...drop]) next.delete(key);
      if (value) next.set(name, value);
      else next.delete(name);
    });
  };
  return (
    <Field label={label} hideLabel>
      {({ id }) => (
        // As wide as its longest option otherwise.
        <span className="block sm:max-w-44">
          <Select
            id={id}
            value={parameters.get(name) ?? ""}
            placeholder={any}
            options={options}
            onChange={(event) => {
              choose(event.target.value);
            }}
          />
        </span>
      )}
    </Field>
  );
}
