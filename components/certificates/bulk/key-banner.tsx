"use client";

import { Ban } from "lucide-react";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import type { BulkFilter } from "@/lib/bulk/schema";
import type { CertificateList } from "@/lib/certificates/schema";
import { formatCount } from "@/lib/format/count";
import { BulkDialog, type BulkServerActions } from "@/components/bulk/shared/bulk-dialog";

type Props = Readonly<{
  filter: BulkFilter;
  total: CertificateList["total"];
  actions: BulkServerActions;
}>;

/** Over a list of one key's certificates: revokes all of them for key compromise. */
export function KeyBanner({ filter, total, actions }: Props) {
  return (
    <div className="pb-3">
      <Banner
        tone="warning"
        title="Certificates with one public key"
        action={
          !total.capped && (
            <BulkDialog
              act="revoke"
              reason="keyCompromise"
              trigger={
                <Button size="sm" variant="danger-quiet" icon={<Ban aria-hidden />}>
                  Revoke all {formatCount(total.count)}
                </Button>
              }
              selection={{ filter, count: total.count }}
              actions={actions}
            />
          )
        }
      >
        If its private key may be known to others, revoke them for key compromise. That also blocks
        the key: no certificate is issued for it again.
      </Banner>
    </div>
  );
}
