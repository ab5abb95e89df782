"use client";

import { useRouter } from "next/navigation";
import { startTransition } from "react";
import { ErrorState } from "@/components/ui/error-state";

/** A page that failed to render; the frame around it stays. Try again requests it again. */
export default function PageError({
  error,
  reset,
}: Readonly<{ error: Error & { digest?: string }; reset: () => void }>) {
  const router = useRouter();
  const retry = () => {
    startTransition(() => {
      router.refresh();
      reset();
    });
  };
  return (
    <ErrorState title="This page couldn't be loaded" reference={error.digest} onRetry={retry}>
      Nothing was changed. The database or the audit log may be temporarily unavailable. If this
      happens again, give an administrator the reference.
    </ErrorState>
  );
}
