import { algorithmChoices } from "@/components/authorities/algorithm-choices";
import { TextField } from "@/components/ui/input";
import { RadioCards } from "@/components/ui/radio-cards";
import { TextareaField } from "@/components/ui/textarea";
import type { SetupErrors, SetupField, SetupValues } from "./setup-values";

export type StepProps = Readonly<{
  values: SetupValues;
  errors: SetupErrors;
  set: (field: SetupField, value: string) => void;
}>;

/** Whose authority this is, and which names it may certify. */
export function OrganizationStep({ values, errors, set }: StepProps) {
  return (
    <>
      <TextField
        label="Organisation"
        required
        autoFocus
        value={values.organization}
        error={errors.organization}
        onChange={(event) => {
          set("organization", event.target.value);
        }}
        placeholder="Example"
        hint="It stands in the subject of every authority, at most 64 characters."
      />
      <TextareaField
        label="DNS names that the TLS profiles may certify"
        required
        mono
        rows={3}
        value={values.dnsPatterns}
        error={errors.dnsPatterns}
        onChange={(event) => {
          set("dnsPatterns", event.target.value);
        }}
        hint="One a line: **.example.com is anything below it, *.example.com one label, * any name. The profiles can be changed later."
      />
    </>
  );
}

/** The first person who may do everything. */
export function AdministratorStep({ values, errors, set }: StepProps) {
  return (
    <>
      <TextField
        label="Name"
        required
        autoFocus
        value={values.adminName}
        error={errors.adminName}
        onChange={(event) => {
          set("adminName", event.target.value);
        }}
        autoComplete="name"
      />
      <TextField
        label="E-mail address"
        type="email"
        required
        value={values.adminEmail}
        error={errors.adminEmail}
        onChange={(event) => {
          set("adminEmail", event.target.value);
        }}
        autoComplete="username"
        placeholder="admin@example.com"
      />
      <TextField
        label="Passphrase"
        type="password"
        required
        value={values.adminPassword}
        error={errors.adminPassword}
        onChange={(event) => {
          set("adminPassword", event.target.value);
        }}
        autoComplete="new-password"
        hint="A few words that only you would put together, 12 characters or more. Nobody can read it back."
      />
    </>
  );
}

type AuthorityFields = Readonly<{ name: SetupField; key: SetupField; years: SetupField }>;
const fields: Readonly<Record<"root" | "issuing", AuthorityFields>> = {
  root: { name: "rootName", key: "rootKey", years: "rootYears" },
  issuing: { name: "issuingName", key: "issuingKey", years: "issuingYears" },
};

/** The name a new authority gets if none is written. */
export function defaultName(values: SetupValues, kind: "root" | "issuing"): string {
  return `${values.organization.trim() || "Example"} ${kind === "root" ? "Root" : "Issuing"} CA`;
}

/** One authority: its name, key and lifetime. */
export function AuthorityStep({
  values,
  errors,
  set,
  kind,
}: StepProps & Readonly<{ kind: "root" | "issuing" }>) {
  const { name, key, years } = fields[kind];
  return (
    <>
      <TextField
        label="Name"
        autoFocus
        value={values[name]}
        error={errors[name]}
        onChange={(event) => {
          set(name, event.target.value);
        }}
        placeholder={defaultName(values, kind)}
        hint="Its common name."
      />
      <RadioCards
        label="Key"
        name={key}
        columns={2}
        options={algorithmChoices}
        value={values[key]}
        onChange={(value) => {
          set(key, value);
        }}
        error={errors[key]}
      />
      <TextField
        label="Lifetime in years"
        type="number"
        min={1}
        max={40}
        required
        value={values[years]}
        error={errors[years]}
        onChange={(event) => {
          set(years, event.target.value);
        }}
        hint={
          kind === "root"
            ? "Every trust store has to be changed when it ends, so it lives long."
            : "It cannot outlive the root, and no certificate can outlive it."
        }
      />
    </>
  );
}
