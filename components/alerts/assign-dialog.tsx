"use client";

import type { ReactElement } from "react";
import { ActForm } from "@/components/forms/act-form";
import { textOf } from "@/components/forms/form-values";
import { Button } from "@/components/ui/button";
import { Dialog, DialogClose } from "@/components/ui/dialog";
import { SelectField } from "@/components/ui/select";
import type { AlertDto } from "@/lib/alerts/schema";
import type { ServerAction } from "@/lib/auth/types";

export type Person = Readonly<{ id: string; label: string }>;

type Props = Readonly<{ trigger: ReactElement; alert: AlertDto; action: ServerAction<AlertDto>; me: string | null; people: readonly Person[] }>;

const nobody = "nobody";

/** Says who takes care of an alert: oneself first, anybody else that the reader may know of, or nobody. */
export function AssignDialog({ trigger, alert: { id, assignedTo }, action, me, people }: Props) {
  const others = people.filter((person) => person.id !== me);
  const known = assignedTo === null || assignedTo.id === me || others.some((person) => person.id === assignedTo.id) ? others : [assignedTo, ...others];
  const options = [...(me === null ? [] : [{ value: me, label: "Me" }]), ...known.map((person) => ({ value: person.id, label: person.label })), { value: nobody, label: "Nobody" }];
  const first = assignedTo?.id ?? me ?? nobody;
  return (
    <Dialog size="sm" trigger={trigger} title="Assign this alert" description="Whoever it is assigned to finds it under “Assigned to me”.">
      <ActForm action={action} fields={["to"]} submitLabel="Assign" receipt="Assigned." beside={<DialogClose><Button>Cancel</Button></DialogClose>}
        input={(form) => { const to = textOf(form, "to"); return { id, to: to === nobody ? null : to }; }}>
        {({ errors }) => <SelectField label="Assign to" name="to" required options={options} defaultValue={first} error={errors("to")} />}
      </ActForm>
    </Dialog>
  );
}
