"use client";

import { useState } from "react";
import { severityOrder } from "@/components/shared/severity-labels";
import { ActionForm } from "@/components/forms/action-form";
import { TextField } from "@/components/ui/input";
import { RadioCards } from "@/components/ui/radio-cards";
import { SelectField } from "@/components/ui/select";
import type { ActionState, ServerAction } from "@/lib/auth/types";
import { destinationKinds, type DestinationDto, type DestinationKind } from "@/lib/delivery/schema";
import { destinationFields, destinationInputOf } from "./destination-input";
import { kindLabels, severityHints } from "./delivery-labels";
import { EmailFields, SlackFields, SyslogFields, WebhookFields } from "./kind-fields";

export type SavedDestination = Extract<ActionState<DestinationDto>, { ok: true }>;
type Props = Readonly<{
  action: ServerAction<DestinationDto>;
  destination?: DestinationDto | undefined;
  onDone: (done: SavedDestination) => void;
}>;

/** Adds or changes a destination. Its kind can't be changed later. */
export function DestinationForm({ action, destination, onDone }: Props) {
  const [chosen, setChosen] = useState<DestinationKind>("email");
  const kind = destination?.kind ?? chosen;
  return (
    <ActionForm
      action={action}
      fields={destinationFields}
      submitLabel={destination ? "Save" : "Add destination"}
      receipt={destination ? "Saved." : "Destination added."}
      onDone={onDone}
      input={(form) => ({
        ...(destination ? { id: destination.id } : {}),
        ...destinationInputOf(form, kind),
      })}
    >
      {({ errors }) => (
        <>
          {!destination && (
            <RadioCards
              label="Kind"
              name="kind"
              columns={2}
              value={kind}
              onChange={(value) => {
                setChosen(value as DestinationKind);
              }}
              error={errors("config.kind")}
              options={destinationKinds.map((value) => ({ value, ...kindLabels[value] }))}
            />
          )}
          <TextField
            label="Name"
            name="name"
            required
            defaultValue={destination?.name}
            error={errors("name")}
            autoComplete="off"
            placeholder="on call"
          />
          <KindFields kind={kind} destination={destination} errors={errors} />
          <SelectField
            label="Alerts"
            name="minSeverity"
            required
            defaultValue={destination?.minSeverity ?? "medium"}
            error={errors("minSeverity")}
            hint="Less severe alerts are only visible in the console."
            options={severityOrder
              .toReversed()
              .map((value) => ({ value, label: severityHints[value] }))}
          />
        </>
      )}
    </ActionForm>
  );
}

function KindFields({
  kind,
  destination,
  errors,
}: Readonly<{
  kind: DestinationKind;
  destination: DestinationDto | undefined;
  errors: (path: string) => string[] | undefined;
}>) {
  const Fields = fieldsOf[kind];
  return (
    <Fields
      config={destination?.config}
      hasSecret={destination?.hasSecret ?? false}
      errors={errors}
    />
  );
}

const fieldsOf = {
  email: EmailFields,
  webhook: WebhookFields,
  slack: SlackFields,
  syslog: SyslogFields,
};
