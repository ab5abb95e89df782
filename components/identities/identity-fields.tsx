import { TextField } from "@/components/ui/input";
import { RadioCards } from "@/components/ui/radio-cards";
import { TextareaField } from "@/components/ui/textarea";
import { identityKinds } from "@/lib/pki/types";
import { kindHints, kindLabels } from "@/components/shared/identity-kinds";

type InitialValues = Readonly<{
  kind?: string | undefined;
  name?: string | undefined;
  owner?: string | undefined;
  note?: string | undefined;
  networks?: readonly string[] | undefined;
}>;
type Props = Readonly<{
  initial?: InitialValues | undefined;
  errors: (path: string) => string[] | undefined;
  fixedKind?: boolean | undefined;
}>;

/** The paths whose errors these fields show. */
export const identityFieldNames = ["kind", "name", "owner", "networks", "note"] as const;

/** The fields of an identity, to create or change one. */
export function IdentityFields({ initial = {}, errors, fixedKind }: Props) {
  return (
    <>
      {!fixedKind && (
        <RadioCards
          label="Kind"
          name="kind"
          defaultValue={initial.kind ?? "service"}
          error={errors("kind")}
          required
          options={identityKinds.map((value) => ({
            value,
            label: kindLabels[value],
            hint: kindHints[value],
          }))}
          hint="The kind can't be changed later."
        />
      )}
      <TextField
        label="Name"
        name="name"
        required
        defaultValue={initial.name}
        error={errors("name")}
        autoComplete="off"
        hint="Must be unique among all identities. Certificates can carry it as their common name."
      />
      <TextField
        label="Owner"
        name="owner"
        required
        defaultValue={initial.owner}
        error={errors("owner")}
        autoComplete="off"
        hint="The team or person responsible for it, such as payments-team@example.com."
      />
      <TextareaField
        label="Networks"
        name="networks"
        mono
        rows={2}
        defaultValue={initial.networks?.join("\n")}
        error={errors("networks")}
        placeholder="10.20.0.0/16"
        spellCheck={false}
        hint="The networks its certificates can be used from, one per line. Requests from other networks are denied. Leave empty to allow all networks."
      />
      <TextareaField
        label="Note"
        name="note"
        defaultValue={initial.note}
        error={errors("note")}
        rows={2}
      />
    </>
  );
}
