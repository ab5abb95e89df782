"use client";

import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { useTransition } from "react";
import { Field } from "@/components/ui/field";
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
  const router = useRouter();
  const path = usePathname();
  const parameters = useSearchParams();
  const [, start] = useTransition();
  const choose = (value: string) => {
    const next = new URLSearchParams(parameters);
    for (const key of ["cursor", ...drop]) next.delete(key);
    if (value) next.set(name, value);
    else next.delete(name);
    start(() => {
      router.replace(next.size > 0 ? `${path}?${next.toString()}` : path, { scroll: false });
    });
  };
  return (
    <Field label={label} hideLabel>
      {({ id }) => (
        <Select
          id={id}
          value={parameters.get(name) ?? ""}
          placeholder={any}
          options={options}
          onChange={(event) => {
            choose(event.target.value);
          }}
        />
      )}
    </Field>
  );
}
