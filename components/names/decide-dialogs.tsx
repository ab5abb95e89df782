"use client";

import { CommentField } from "@/components/forms/comment-field";
import { ActionForm } from "@/components/forms/action-form";
import { CommentDialog } from "@/components/forms/comment-dialog";
import { optionalText, textOf } from "@/components/forms/form-values";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { RadioCards, type RadioCard } from "@/components/ui/radio-cards";
import type { ServerAction } from "@/lib/auth/types";
import type { ReleaseMode, ShareDto } from "@/lib/names/schema";

type Props = Readonly<{
  share: ShareDto;
  decide: ServerAction<unknown>;
  disabledReason: string | undefined;
}>;

/** What becomes of the certificates of those that release the names. */
const certificateOptions: readonly (RadioCard & { value: ReleaseMode })[] = [
  {
    value: "reserve",
    label: "Keep them valid and reserve the names",
    hint: "They can't be renewed. No third identity can get the names until they have expired or been revoked.",
  },
  {
    value: "revoke",
    label: "Revoke them",
    hint: "Every certificate that carries one of the names is revoked. This can't be undone.",
  },
  {
    value: "free",
    label: "Keep them valid and free the names",
    hint: "They can't be renewed. Nothing reserves the names, so any identity can get one as soon as it is released again.",
  },
];

const listOf = (names: readonly string[]): string =>
  new Intl.ListFormat("en", { type: "conjunction" }).format(names);

/** All identities keep their names. */
export function KeepSharedDialog({ share, decide, disabledReason }: Props) {
  const trigger = (
    <Button size="sm" disabledReason={disabledReason}>
      Keep shared
    </Button>
  );
  if (disabledReason !== undefined) return trigger;
  return (
    <CommentDialog
      trigger={trigger}
      title="Keep these names shared?"
      consequence={`${listOf(share.members.map(({ name }) => name))} keep their names and can all get certificates with them. No other identity can get the names.`}
      submitLabel="Keep shared"
      receipt="Decided. The names stay shared."
      action={decide}
      fixedInput={{ id: share.id, keep: share.members.map(({ id }) => id) }}
    />
  );
}

/** One identity keeps its names; the others release theirs. */
export function GiveDialog({
  share,
  member,
  decide,
  disabledReason,
}: Props & Readonly<{ member: ShareDto["members"][number] }>) {
  const trigger = (
    <Button size="sm" disabledReason={disabledReason}>
      Give to {member.name}
    </Button>
  );
  if (disabledReason !== undefined) return trigger;
  const others = share.members.filter(({ id }) => id !== member.id);
  return (
    <Dialog
      trigger={trigger}
      title={`Give the names to ${member.name}?`}
      description={`${listOf(others.map(({ name }) => name))} ${others.length === 1 ? "releases" : "release"} the names listed in this conflict and can't renew certificates that carry them.`}
    >
      <ActionForm
        action={decide}
        fields={["onRelease", "comment"]}
        submitLabel={`Give to ${member.name}`}
        submitTone="danger"
        receipt={`Decided. ${member.name} keeps the names.`}
        input={(form) => ({
          id: share.id,
          keep: [member.id],
          onRelease: textOf(form, "onRelease"),
          comment: optionalText(form, "comment"),
        })}
      >
        {({ errors }) => (
          <>
            <RadioCards
              label={`Certificates of ${others.length === 1 ? (others[0]?.name ?? "") : "the others"} that carry them`}
              name="onRelease"
              required
              defaultValue="reserve"
              error={errors("onRelease")}
              options={certificateOptions}
            />
            <CommentField error={errors("comment")} />
          </>
        )}
      </ActionForm>
    </Dialog>
  );
}
