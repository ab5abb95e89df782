import type { FieldProps } from "@/components/ui/field";
import { TextareaField, type TextareaProps } from "@/components/ui/textarea";

type Props = Pick<FieldProps, "error" | "hint" | "required"> &
  Pick<TextareaProps, "maxLength" | "rows">;

/** The reason for what the form does, sent as `comment`. */
export function CommentField({
  hint = "Recorded in the audit log.",
  maxLength = 500,
  rows = 2,
  ...rest
}: Props) {
  return (
    <TextareaField
      {...rest}
      label="Comment"
      name="comment"
      rows={rows}
      maxLength={maxLength}
      hint={hint}
    />
  );
}
