"use client";

import { useState, type ReactElement } from "react";
import { ActionForm } from "@/components/forms/action-form";
import { linesOf, numberOf, textOf } from "@/components/forms/form-values";
import { useShownOnce } from "@/components/forms/use-shown-once";
import { Dialog } from "@/components/ui/dialog";
import { TextField } from "@/components/ui/input";
import { SelectField } from "@/components/ui/select";
import { TextareaField } from "@/components/ui/textarea";
import type { ActionState, ServerAction } from "@/lib/auth/types";
import type { CreatedEnrollmentSecret } from "@/lib/enrollment/schema";
import { CreatedSecret } from "./created-secret";
import type { Enrolling } from "./types";

type Created = Extract<ActionState<CreatedEnrollmentSecret>, { ok: true }>;
type Props = Readonly<{
  trigger: ReactElement;
  identity: Enrolling;
  rootUrl: string;
  action: ServerAction<CreatedEnrollmentSecret>;
}>;

/** Creates an enrollment secret, and shows once what a machine needs. */
export function SecretDialog({ trigger, identity, rootUrl, action }: Props) {
  const [open, setOpen] = useState(false);
  const { done, setDone, onOpenChange } = useShownOnce<Created>(setOpen);
  return (
    <Dialog
      trigger={trigger}
      open={open}
      onOpenChange={onOpenChange}
      size={done ? "lg" : "md"}
      title={done ? "Enrollment secret created" : "Create enrollment secret"}
      description={
        done
          ? undefined
          : `Anyone who has it gets certificates for names that ${identity.name} holds. It’s no longer accepted once you are disabled or lose your role.`
      }
    >
      {done ? (
        <CreatedSecret done={done} identity={identity} rootUrl={rootUrl} />
      ) : (
        <SecretForm identity={identity} action={action} onDone={setDone} />
      )}
    </Dialog>
  );
}

function SecretForm({
  identity,
  action,
  onDone,
}: Pick<Props, "identity" | "action"> & Readonly<{ onDone: (done: Created) => void }>) {
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
        hint="How many certificates it gets. A use too many raises an alert."
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
        hint="1,440 minutes are a day. Certificates stay valid."
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
