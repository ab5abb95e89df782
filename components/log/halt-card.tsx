import { Banner } from "@/components/ui/banner";
import { Card } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { DataList } from "@/components/ui/data-list";
import { Stack } from "@/components/ui/layout";
import { MonoId } from "@/components/ui/mono-id";
import { Time } from "@/components/ui/time";
import type { ReactNode } from "react";
import { formatCount, plural } from "@/lib/format/count";
import type { HaltView } from "@/lib/log/types-of-proof";

/** Why the log stands still: what is remembered outside, what was found, what is missing, and what goes on. */
export function HaltCard({
  halted,
  action,
}: Readonly<{
  halted: HaltView;
  /** The supervised step, for those who may. */ action: ReactNode;
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
  const smaller = code === "log.smaller-than-remembered",
    missing = Math.max(0, rememberedSize - foundSize);
  return (
    <Stack>
      <Banner tone="danger" title="The log is halted.">
        {message} CRLs, OCSP, sign-in and reading go on.
      </Banner>
      <Card title="What is known" aside={action}>
        <Stack>
          <DataList
            items={[
              { label: "Noticed", value: <Time at={at} /> },
              { label: "Log", value: <span className="break-all">{origin}</span> },
              {
                label: "Remembered outside",
                value: `${plural(rememberedSize, "entry", "entries")}, signed`,
              },
              {
                label: "Its root",
                value: <MonoId value={rememberedRootHex} label="remembered root" whole />,
              },
              { label: "Found in the database", value: plural(foundSize, "entry", "entries") },
              {
                label: "Missing",
                value: smaller ? (
                  <strong className="font-semibold text-revoked">
                    {missing === 1
                      ? `entry ${formatCount(foundSize)}`
                      : `${plural(missing, "entry", "entries")}: ${formatCount(foundSize)} to ${formatCount(rememberedSize - 1)}`}
                  </strong>
                ) : (
                  "The number is right; at least one entry is not the one that was signed."
                ),
              },
            ]}
          />
          <p className="text-sm">
            {smaller
              ? "This is what a restored backup or a fail-over to a late standby looks like. If the missing entries can be brought back (a newer backup, the old server), restore them and start again: the log then goes on by itself."
              : "Something below the remembered size was changed. Keep the database as it is, look at the last verification, and compare with an export or a witness before anything else is done."}
          </p>
          <CodeBlock label="Remembered checkpoint" code={rememberedNote} wrap />
        </Stack>
      </Card>
    </Stack>
  );
}
