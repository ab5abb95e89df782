"use client";

import { useRouter } from "next/navigation";
import { startTransition } from "react";
import { ErrorState } from "@/components/ui/error-state";

/** A page that could not be made; the frame around it stays. Trying again asks the server anew. */
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
    <ErrorState title="This page could not be loaded" reference={error.digest} onRetry={retry}>
      Nothing was changed. The database or the record may be out of reach for a moment; if it stays
      so, give an administrator the reference.
    </ErrorState>
  );
}
