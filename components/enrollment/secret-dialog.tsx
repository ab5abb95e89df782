"use client";

import type { ReactElement } from "react";
import { ActionForm } from "@/components/forms/action-form";
import { linesOf, numberOf, textOf } from "@/components/forms/form-values";
import { type Created, ShownOnceDialog } from "@/components/forms/shown-once-dialog";
import { TextField } from "@/components/ui/input";
import { SelectField } from "@/components/ui/select";
import { TextareaField } from "@/components/ui/textarea";
import type { ServerAction } from "@/lib/auth/types";
import type { CreatedEnrollmentSecret } from "@/lib/enrollment/schema";
import { CreatedSecret } from "./created-secret";
import type { Enrolling } from "./types";

type Props = Readonly<{
  trigger: ReactElement;
  identity: Enrolling;
  rootUrl: string;
  action: ServerAction<CreatedEnrollmentSecret>;
}>;

/** Creates an enrollment secret, and shows once what a machine needs. */
export function SecretDialog({ trigger, identity, rootUrl, action }: Props) {
  return (
    <ShownOnceDialog<CreatedEnrollmentSecret>
      trigger={trigger}
      title="Create enrollment secret"
      description={`Anyone who has it gets certificates for names that ${identity.name} holds. It’s no longer accepted once you are disabled or lose your role.`}
      createdTitle="Enrollment secret created"
      createdSize="lg"
      form={(onDone) => <SecretForm identity={identity} action={action} onDone={onDone} />}
    >
      {(done) => <CreatedSecret done={done} identity={identity} rootUrl={rootUrl} />}
    </ShownOnceDialog>
  );
}

function SecretForm({
  identity,
  action,
  onDone,
}: Pick<Props, "identity" | "action"> &
  Readonly<{ onDone: (done: Created<CreatedEnrollmentSecret>) => void }>) {
  return (
    <ActionForm
      action={action}
      fields={["profile", "uses", "expiresInMinutes", "networks"]}
      submitLabel="Create secret"
      receipt="Enrollment secret created."
      onDone={onDone}
      input={(form) => ({
        id: identity.id,
        profile: textOf(form, "profile"),
        uses: numberOf(form, "uses") ?? null,
        expiresInMinutes: numberOf(form, "expiresInMinutes") ?? null,
        networks: linesOf(form, "networks"),
      })}
    >
      {({ errors }) => <SecretFields identity={identity} errors={errors} />}
    </ActionForm>
  );
}

function SecretFields({
  identity,
  errors,
}: Readonly<{ identity: Enrolling; errors: (name: string) => string[] | undefined }>) {
  return (
    <>
      <SelectField
        label="Profile"
        name="profile"
        required
        options={identity.profiles.map(({ slug, name }) => ({ value: slug, label: name }))}
        error={errors("profile")}
        hint="A secret for another profile is another secret."
      />
      <TextField
        label="Uses"
        name="uses"
        type="number"
        required
        min={1}
        max={100}
        defaultValue={1}
        error={errors("uses")}
        hint="How many certificates or ACME accounts it gets. A use too many raises an alert."
      />
      <TextField
        label="Expires in (minutes)"
        name="expiresInMinutes"
        type="number"
        required
        min={1}
        max={43_200}
        defaultValue={1_440}
        error={errors("expiresInMinutes")}
        hint="1,440 minutes are a day. Certificates and ACME accounts go on."
      />
      <TextareaField
        label="Networks"
        name="networks"
        mono
        rows={2}
        error={errors("networks")}
        placeholder="10.20.0.0/16"
        hint="From where it is accepted, one a line. Leave empty for everywhere."
      />
    </>
  );
}
