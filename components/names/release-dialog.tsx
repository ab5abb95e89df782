"use client";

import { CommentField } from "@/components/forms/comment-field";
import { ActionForm } from "@/components/forms/action-form";
import { optionalText, textOf } from "@/components/forms/form-values";
import { Dialog } from "@/components/ui/dialog";
import { RadioCards } from "@/components/ui/radio-cards";
import type { ServerAction } from "@/lib/auth/types";
import { plural } from "@/lib/format/count";
import type { HeldNameDto, IdentityDto } from "@/lib/identities/schema";
import type { ReleasePreview } from "@/lib/names/schema";
import { inputOf } from "./name-actions";
import { NameList, namesText } from "./name-list";
import { releaseOptions } from "./release-modes";
import { UncoveredList } from "./uncovered-list";

type Props = Readonly<{
  identity: Readonly<{ id: string; name: string }>;
  names: readonly HeldNameDto[];
  action: ServerAction<IdentityDto>;
  preview: ServerAction<ReleasePreview>;
  mayFree: boolean;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}>;

/** Releases names, and decides what becomes of certificates that carry them. */
export function ReleaseDialog({ open, onOpenChange, ...form }: Props) {
  const { names, identity } = form;
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Release ${namesText(names)}?`}
      description={`${identity.name} can't get or renew certificates with ${names.length === 1 ? "this name" : "these names"} anymore.`}
    >
      <ReleaseForm {...form} />
    </Dialog>
  );
}

function ReleaseForm({
  identity,
  names,
  action,
  preview,
  mayFree,
}: Omit<Props, "open" | "onOpenChange">) {
  const isReserved = names.every(({ state }) => state === "reserved");
  const modes = isReserved
    ? (["revoke", "free"] as const)
    : (["reserve", "revoke", "free"] as const);
  return (
    <ActionForm
      action={action}
      fields={["onRelease", "comment", ...names.map((_, at) => `release.${at}`)]}
      submitLabel={names.length === 1 ? "Release name" : `Release ${plural(names.length, "name")}`}
      submitTone="danger"
      receipt={names.length === 1 ? "Name released." : "Names released."}
      input={(form) => ({
        id: identity.id,
        release: names.map(inputOf),
        onRelease: textOf(form, "onRelease"),
        comment: optionalText(form, "comment"),
      })}
    >
      {({ errors }) => (
        <>
          <NameList names={names} />
          <UncoveredList
            identityId={identity.id}
            nameIds={names.map(({ id }) => id)}
            action={preview}
          />
          <RadioCards
            label={`Certificates that carry ${names.length === 1 ? "it" : "them"}`}
            name="onRelease"
            required
            defaultValue={isReserved ? "free" : "reserve"}
            error={errors("onRelease") ?? errors("release")}
            options={releaseOptions(modes, mayFree)}
          />
          <CommentField error={errors("comment")} />
        </>
      )}
    </ActionForm>
  );
}
