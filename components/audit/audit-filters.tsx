"use client";

import { SlidersHorizontal } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState, type FormEvent } from "react";
import { ChoiceFilter } from "@/components/filters/choice-filter";
import { FilterBar } from "@/components/filters/filter-bar";
import { addressOf, type Params } from "@/components/filters/list-address";
import { givenText } from "@/components/forms/form-values";
import { Button } from "@/components/ui/button";
import { Dialog, DialogClose, DialogFooter, useCloseDialog } from "@/components/ui/dialog";
import { TextField } from "@/components/ui/input";
import { Grid, Stack } from "@/components/ui/layout";
import { SearchInput } from "@/components/ui/search-input";
import { entryQuery } from "@/lib/log/schema";

const topics = [
  ["certificate.", "Certificates"],
  ["authority.", "Authorities"],
  ["crl.", "CRLs"],
  ["profile.", "Profiles"],
  ["identity.", "Identities"],
  ["session.", "Sign-ins"],
  ["account.", "Users"],
  ["token.", "Tokens"],
  ["audit.", "The log itself"],
  ["request.", "Requests"],
  ["event.", "Reported events"],
  ["policy.", "Policies"],
  ["proxy.", "Proxies"],
  ["alert.", "Alerts"],
  ["exception.", "Exceptions"],
  ["rule.", "Rules of alerts"],
  ["destination.", "Delivery"],
  ["system.", "Chancery itself"],
  ["setup.", "Setup"],
] as const;

const fields = [
  {
    name: "from",
    label: "From",
    placeholder: "2026-11-01",
    hint: "A date, or a time with its zone.",
  },
  {
    name: "to",
    label: "Until",
    placeholder: "2026-11-30",
    hint: "A date counts to its end, in UTC.",
  },
  {
    name: "actor",
    label: "Actor",
    placeholder: "admin@example.com",
    hint: "An e-mail address, a name or an id.",
  },
  {
    name: "action",
    label: "Action",
    placeholder: "certificate.issued",
    hint: "One action, or a noun with its dot.",
  },
  { name: "target", label: "Target", placeholder: "crt_…", hint: "The id of what was acted on." },
  {
    name: "certificate",
    label: "Authenticated by",
    placeholder: "crt_…",
    hint: "The id of a certificate.",
  },
  { name: "serial", label: "Serial", placeholder: "3f:2a:9c:…", hint: "In hexadecimal." },
  { name: "ip", label: "Address", placeholder: "192.0.2.0/24", hint: "One address, or a network." },
] as const;

/** Search, topic, and every other filter of the log behind one button. */
export function AuditFilters({ path, params }: Readonly<{ path: string; params: Params }>) {
  return (
    <FilterBar>
      <SearchInput label="Search the log" placeholder="Words in an entry" />
      <ChoiceFilter
        label="About"
        name="action"
        any="About anything"
        options={topics.map(([value, label]) => ({ value, label }))}
      />
      <Dialog
        trigger={<Button icon={<SlidersHorizontal aria-hidden />}>More filters</Button>}
        title="Filter the log"
        description="All of them must hold. They stand in the address, so a link keeps them."
      >
        <FilterForm path={path} params={params} />
      </Dialog>
    </FilterBar>
  );
}

function FilterForm({ path, params }: Readonly<{ path: string; params: Params }>) {
  const router = useRouter(),
    close = useCloseDialog();
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const given = Object.fromEntries(fields.map(({ name }) => [name, givenText(form, name)]));
    const parsed = entryQuery.safeParse(given);
    if (!parsed.success) {
      setErrors(
        Object.fromEntries(
          parsed.error.issues.map(({ path: [name], message }) => [String(name), message]),
        ),
      );
      return;
    }
    close();
    router.push(
      addressOf(path, params, {
        ...Object.fromEntries(fields.map(({ name }) => [name, null])),
        ...given,
      }),
    );
  };
  return (
    <form noValidate onSubmit={submit}>
      <Stack>
        <Grid columns={2}>
          {fields.map(({ name, label, placeholder, hint }) => (
            <TextField
              key={name}
              name={name}
              label={label}
              placeholder={placeholder}
              hint={hint}
              defaultValue={params[name]}
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
            Filter
          </Button>
        </DialogFooter>
      </Stack>
    </form>
  );
}
