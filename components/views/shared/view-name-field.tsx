import { TextField } from "@/components/ui/input";

/** The name of a saved view. */
export function ViewNameField({
  value,
  error,
}: Readonly<{ value?: string | undefined; error: string[] | undefined }>) {
  return (
    <TextField
      name="name"
      label="Name"
      required
      autoComplete="off"
      maxLength={80}
      defaultValue={value}
      error={error}
    />
  );
}
