import { TextField } from "@/components/ui/input";
import { RadioCards } from "@/components/ui/radio-cards";
import { TextareaField } from "@/components/ui/textarea";
import { identityKinds } from "@/lib/identities/schema";
import { kindHints, kindWords } from "./identity-words";

type Given = Readonly<{
  kind?: string | undefined;
  name?: string | undefined;
  owner?: string | undefined;
  note?: string | undefined;
  networks?: readonly string[] | undefined;
}>;
type Props = Readonly<{
  given?: Given | undefined;
  errors: (path: string) => string[] | undefined;
  fixedKind?: boolean | undefined;
}>;

/** The paths that these fields show errors for. */
export const identityFieldNames = ["kind", "name", "owner", "networks", "note"] as const;

/** The fields of an identity, for making and for changing one. */
export function IdentityFields({ given = {}, errors, fixedKind }: Props) {
  return (
    <>
      {!fixedKind && (
        <RadioCards
          label="Kind"
          name="kind"
          defaultValue={given.kind ?? "service"}
          error={errors("kind")}
          required
          options={identityKinds.map((value) => ({
            value,
            label: kindWords[value],
            hint: kindHints[value],
          }))}
          hint="A kind never changes."
        />
      )}
      <TextField
        label="Name"
        name="name"
        required
        defaultValue={given.name}
        error={errors("name")}
        autoComplete="off"
        hint="What people call it. It is unique among its kind."
      />
      <TextField
        label="Owner"
        name="owner"
        required
        defaultValue={given.owner}
        error={errors("owner")}
        autoComplete="off"
        hint="Who answers for it: a team or a mailbox, such as payments-team@example.com."
      />
      <TextareaField
        label="Networks"
        name="networks"
        mono
        rows={2}
        defaultValue={given.networks?.join("\n")}
        error={errors("networks")}
        placeholder="10.20.0.0/16"
        spellCheck={false}
        hint="Where its certificates may be used from, one a line. Empty: anywhere. From elsewhere they are refused."
      />
      <TextareaField
        label="Note"
        name="note"
        defaultValue={given.note}
        error={errors("note")}
        rows={2}
      />
    </>
  );
}
