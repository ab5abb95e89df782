import { FileDown } from "lucide-react";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Time } from "@/components/ui/time";
import { formatCount, plural } from "@/lib/format/count";
import type { AnchorView, LogState } from "@/lib/log/view-types";

const hrefOf = ({
  origin,
  size,
  authority,
}: Pick<AnchorView, "origin" | "size" | "authority">): string =>
  `/audit/log/anchors/${size}?${new URLSearchParams({ origin, authority }).toString()}`;

/**
 * External timestamps of checkpoints (RFC 3161), the latest first, each with its token.
 */
export function AnchorCard({
  anchors,
  latest,
}: Readonly<{ anchors: LogState["anchors"]; latest: readonly AnchorView[] }>) {
  return (
    <Card
      title="Timestamps"
      description="RFC 3161 timestamps that prove when a checkpoint existed."
      footer={
        anchors.count > latest.length
          ? `${plural(anchors.count, "timestamp")} in total. Older ones are available through the API.`
          : undefined
      }
    >
      {latest.length === 0 ? (
        <p className="text-sm text-muted">
          {anchors.configured ? (
            (anchors.problem ?? "Waiting for the first response of the timestamp authority.")
          ) : (
            <>
              No timestamp authority is configured. Set one with{" "}
              <code className="font-mono text-xs">CHANCERY_TSA_URL</code>.
            </>
          )}
        </p>
      ) : (
        <ul className="flex flex-col divide-y divide-border">
          {latest.map(({ origin, size, authority, stampedAt }) => (
            <li
              key={`${origin} ${size} ${authority}`}
              className="flex items-center justify-between gap-3 py-1.5 text-sm first:pt-0 last:pb-0"
            >
              <span className="min-w-0">
                <span className="block font-medium">{plural(size, "entry", "entries")}</span>
                <span className="block truncate text-xs text-muted">
                  {authority}, <Time at={stampedAt} />
                </span>
              </span>
              <span className="flex shrink-0">
                <ButtonLink
                  size="sm"
                  variant="ghost"
                  icon={<FileDown aria-hidden />}
                  download
                  href={hrefOf({ origin, size, authority })}
                >
                  Token<span className="sr-only"> of {formatCount(size)}</span>
                </ButtonLink>
                <ButtonLink
                  size="sm"
                  variant="ghost"
                  download
                  href={`${hrefOf({ origin, size, authority })}&file=text`}
                >
                  Text<span className="sr-only"> of {formatCount(size)}</span>
                </ButtonLink>
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
