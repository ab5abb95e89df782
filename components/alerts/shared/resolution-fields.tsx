import { CommentField } from "@/components/forms/comment-field";
import { RadioCards } from "@/components/ui/radio-cards";
import { resolutions } from "@/lib/alerts/schema";
import { resolutionLabels } from "@/components/alerts/alert-labels";

type Props = Readonly<{
  /** The resolution, for a form that shows what it leads to. */
  value?: string | undefined;
  onChange?: ((value: string) => void) | undefined;
  resolutionError: string[] | undefined;
  commentError: string[] | undefined;
}>;

/** What an alert turned out to be, and the comment that says more. */
export function ResolutionFields({ value, onChange, resolutionError, commentError }: Props) {
  return (
    <>
      <RadioCards
        label="Resolution"
        name="resolution"
        columns={2}
        required
        value={value}
        onChange={onChange}
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
