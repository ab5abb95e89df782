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
}>;

/** One filter with a fixed set of values; it writes itself into the address. */
export function ChoiceFilter({ label, name, any, options }: Props) {
  const router = useRouter(),
    path = usePathname(),
    parameters = useSearchParams();
  const [, start] = useTransition();
  const choose = (value: string) => {
    const next = new URLSearchParams(parameters);
    next.delete("cursor");
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
