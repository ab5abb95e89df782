import { keyAlgorithmChoices } from "@/components/authorities/shared/key-algorithm-choices";
import { TextField } from "@/components/ui/input";
import { PasswordField } from "@/components/ui/password-field";
import { RadioCards } from "@/components/ui/radio-cards";
import { TextareaField } from "@/components/ui/textarea";
import type { SetupErrors, SetupField, SetupValues } from "./setup-values";

export type StepProps = Readonly<{
  values: SetupValues;
  errors: SetupErrors;
  set: (field: SetupField, value: string) => void;
}>;

/** The organization, and the names that it can certify. */
export function OrganizationStep({ values, errors, set }: StepProps) {
  return (
    <>
      <TextField
        label="Organization"
        required
        autoFocus
        value={values.organization}
        error={errors.organization}
        onChange={(event) => {
          set("organization", event.target.value);
        }}
        placeholder="Example"
        hint="Appears in every CA's subject. 64 characters max."
      />
      <TextareaField
        label="Domains"
        mono
        rows={3}
        value={values.domains}
        error={errors.domains}
        onChange={(event) => {
          set("domains", event.target.value);
        }}
        placeholder="example.com"
        hint="One per line. The default profiles can issue for these domains and everything below them. If empty, the domain of the administrator's email address is used. You can change the profiles later."
      />
    </>
  );
}

/** The first user, an administrator. */
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
        label="Email"
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
      <PasswordField
        label="Password"
        required
        value={values.adminPassword}
        error={errors.adminPassword}
        onChange={(event) => {
          set("adminPassword", event.target.value);
        }}
        autoComplete="new-password"
        hint="12 characters or more. A few random words work well. It can't be recovered."
      />
    </>
  );
}

type AuthorityFields = Readonly<{ name: SetupField; key: SetupField; years: SetupField }>;
const fields: Readonly<Record<"root" | "issuing", AuthorityFields>> = {
  root: { name: "rootName", key: "rootKey", years: "rootYears" },
  issuing: { name: "issuingName", key: "issuingKey", years: "issuingYears" },
};

/** The default name of a new CA. */
export function defaultName(values: SetupValues, kind: "root" | "issuing"): string {
  return `${values.organization.trim() || "Example"} ${kind === "root" ? "Root" : "Issuing"} CA`;
}

/** A CA: its name, key and lifetime. */
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
        hint="Used as the common name."
      />
      <RadioCards
        label="Key"
        name={key}
        columns={2}
        options={keyAlgorithmChoices}
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
            ? "Every trust store must be updated before it expires, so choose a long lifetime."
            : "Can't outlive the root CA, and no certificate can outlive it."
        }
      />
    </>
  );
}
