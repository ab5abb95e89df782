"use client";

import type { ComponentProps } from "react";
import { useFormStatus } from "react-dom";
import { Button } from "./button";

/** Submits the form around it and shows a spinner while the form's action runs. */
export function SubmitButton({
  variant = "primary",
  loading,
  ...rest
}: Omit<ComponentProps<typeof Button>, "type" | "onClick">) {
  const { pending } = useFormStatus();
  return <Button {...rest} type="submit" variant={variant} loading={pending || loading} />;
}
