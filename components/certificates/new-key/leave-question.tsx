"use client";

import { useLeaveGuard } from "@/components/layout/use-leave-guard";
import { AlertDialog } from "@/components/ui/alert-dialog";

/** While `active`, asks before the page is left: the key in it would be lost. */
export function LeaveQuestion({ active }: Readonly<{ active: boolean }>) {
  const guard = useLeaveGuard(active);
  return (
    <AlertDialog
      open={guard.asking}
      onOpenChange={(open) => {
        if (!open) guard.stay();
      }}
      title="Leave without the private key?"
      consequence="The key was not downloaded. Without it, no one can use the certificate, and Chancery can’t recover it."
      confirmLabel="Leave without the key"
      action={() => {
        guard.leaveAnyway();
        return Promise.resolve("keep" as const);
      }}
    />
  );
}
