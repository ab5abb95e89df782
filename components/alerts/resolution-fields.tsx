import { CommentField } from "@/components/forms/comment-field";
import { RadioCards } from "@/components/ui/radio-cards";
import { resolutions } from "@/lib/alerts/schema";
import { resolutionLabels } from "./alert-labels";

type Props = Readonly<{
  resolutionError: string[] | undefined;
  commentError: string[] | undefined;
}>;

/** What an alert turned out to be, and the comment that says more. */
export function ResolutionFields({ resolutionError, commentError }: Props) {
  return (
    <>
      <RadioCards
        label="Resolution"
        name="resolution"
        columns={2}
        required
        error={resolutionError && "Choose a resolution."}
        options={resolutions.map((value) => ({ value, ...resolutionLabels[value] }))}
      />
      <CommentField
        required
        rows={3}
        maxLength={1000}
        error={commentError}
        hint="What you found and what was done. Recorded in the audit log."
      />
    </>
  );
}
