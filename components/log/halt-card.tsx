import { Banner } from "@/components/ui/banner";
import { Card } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { DataList } from "@/components/ui/data-list";
import { Stack } from "@/components/ui/layout";
import { MonoId } from "@/components/ui/mono-id";
import { Time } from "@/components/ui/time";
import type { ReactNode } from "react";
import { formatCount, plural } from "@/lib/format/count";
import type { HaltView } from "@/lib/log/view-types";

/**
 * Why the log is halted: the stored checkpoint, the state of the database, what is missing, and
 * what still works.
 */
export function HaltCard({
  halted,
  action,
}: Readonly<{
  halted: HaltView;
  /** The manual step, for users who may take it. */ action: ReactNode;
}>) {
  const {
    code,
    message,
    at,
    origin,
    rememberedSize,
    rememberedRootHex,
    foundSize,
    rememberedNote,
  } = halted;
  const restored = code === "log.restored",
    smaller = code === "log.smaller-than-remembered",
    missing = Math.max(0, rememberedSize - foundSize);
  return (
    <Stack>
      <Banner tone="danger" title="The audit log is halted.">
        {message} Revoking, holding, CRLs, OCSP, sign-in and reading still work; everything else is
        refused.
      </Banner>
      <Card title="Details" aside={action}>
        <Stack>
          <DataList
            items={[
              { label: "Detected", value: <Time at={at} /> },
              { label: "Log", value: <span className="break-all">{origin}</span> },
              {
                label: "Stored checkpoint",
                value: `${plural(rememberedSize, "entry", "entries")}, signed`,
              },
              {
                label: "Stored root hash",
                value: <MonoId value={rememberedRootHex} label="stored root hash" whole />,
              },
              { label: "In the database", value: plural(foundSize, "entry", "entries") },
              {
                label: "Missing",
                value: restored ? (
                  "Unknown: entries may have been signed after the backup."
                ) : smaller ? (
                  <strong className="font-semibold text-revoked">
                    {missing === 1
                      ? `entry ${formatCount(foundSize)}`
                      : `${plural(missing, "entry", "entries")}: ${formatCount(foundSize)} to ${formatCount(rememberedSize - 1)}`}
                  </strong>
                ) : (
                  "None, but at least one entry differs from what was signed."
                ),
              },
            ]}
          />
          <p className="text-sm">
            {restored
              ? "If the signer’s folder of the original is still there, restore the backup again next to it: the log then continues under its name if nothing is missing. Otherwise continue the log under a new name."
              : smaller
                ? "This looks like a restored backup or a failover to a lagging standby. If you can recover the missing entries (from a newer backup or the old server), restore them and restart Chancery. The log then continues automatically."
                : "An entry that the stored checkpoint covers was changed. Keep the database as it is. Before you do anything else, check the last verification and compare with an export or a witness."}
          </p>
          <CodeBlock label="Stored checkpoint" code={rememberedNote} wrap />
        </Stack>
      </Card>
    </Stack>
  );
}
