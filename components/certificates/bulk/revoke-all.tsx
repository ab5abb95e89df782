"use client";

import { Ban } from "lucide-react";
import { Button } from "@/components/ui/button";
import type { CertificateList } from "@/lib/certificates/schema";
import { formatCount } from "@/lib/format/count";
import { BulkDialog, type BulkServerActions } from "@/components/bulk/shared/bulk-dialog";

type Props = Readonly<{
  identityId: string;
  valid: CertificateList["total"];
  actions: BulkServerActions;
}>;

/** Revokes every valid certificate of an identity. */
export function RevokeAll({ identityId, valid, actions }: Props) {
  if (valid.count === 0) return null;
  const button = (
    <Button
      size="sm"
      variant="danger-quiet"
      icon={<Ban aria-hidden />}
      disabledReason={valid.capped ? "There are too many for one bulk action." : undefined}
    >
      Revoke all {formatCount(valid.count)} valid
    </Button>
  );
  if (valid.capped) return button;
  return (
    <BulkDialog
      act="revoke"
      trigger={button}
      selection={{ filter: { identity: identityId, state: "valid" }, count: valid.count }}
      actions={actions}
    />
  );
}
