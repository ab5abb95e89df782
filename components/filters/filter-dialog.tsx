"use client";

import { SlidersHorizontal } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState, type FormEvent } from "react";
import { optionalText } from "@/components/forms/form-values";
import { Button } from "@/components/ui/button";
import { Dialog, DialogClose, DialogFooter, useCloseDialog } from "@/components/ui/dialog";
import { TextField } from "@/components/ui/input";
import { Grid, Stack } from "@/components/ui/layout";
import { listHref, type ParamChanges, type Params } from "./list-href";

export type FilterField = Readonly<{
  name: string;
  label: string;
  placeholder: string;
  hint: string;
}>;
type Given = Readonly<Record<string, string | undefined>>;
/** What the fields change in the URL, or what is wrong with which. */
export type FilterChanges =
  | Readonly<{ changes: ParamChanges }>
  | Readonly<{ errors: Readonly<Record<string, string>> }>;

type Props = Readonly<{
  title: string;
  description: string;
  path: string;
  params: Params;
  fields: readonly FilterField[];
  /** What is in the fields at first. */
  initial: Given;
  read: (given: Given) => FilterChanges;
}>;

/** A button for the filters that a list's first line has no room for, and the dialog with them. */
export function FilterDialog({ title, description, ...form }: Props) {
  return (
    <Dialog
      trigger={<Button icon={<SlidersHorizontal aria-hidden />}>More filters</Button>}
      title={title}
      description={description}
    >
      <FilterForm {...form} />
    </Dialog>
  );
}

function FilterForm({ path, params, fields, initial, read }: Omit<Props, "title" | "description">) {
  const router = useRouter(),
    close = useCloseDialog();
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const result = read(
      Object.fromEntries(fields.map(({ name }) => [name, optionalText(form, name)])),
    );
    if ("errors" in result) {
      setErrors(result.errors);
      return;
    }
    close();
    router.push(listHref(path, params, result.changes));
  };
  return (
    <form noValidate onSubmit={submit}>
      <Stack>
        <Grid columns={2}>
          {fields.map(({ name, ...field }) => (
            <TextField
              key={name}
              name={name}
              {...field}
              defaultValue={initial[name]}
              error={errors[name]}
              autoComplete="off"
            />
          ))}
        </Grid>
        <DialogFooter>
          <DialogClose>
            <Button>Cancel</Button>
          </DialogClose>
          <Button type="submit" variant="primary">
            Apply filters
          </Button>
        </DialogFooter>
      </Stack>
    </form>
  );
}
