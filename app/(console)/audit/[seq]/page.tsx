import { ChevronLeft, ChevronRight } from "lucide-react";
import { notFound, redirect } from "next/navigation";
import { Suspense } from "react";
import { DecisionCard, EntryDetails } from "@/components/audit/entry-details";
import { EntryFacts } from "@/components/audit/entry-facts";
import { OutcomeBadge } from "@/components/audit/entry-look";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { Grid, Stack } from "@/components/ui/layout";
import { MonoId } from "@/components/ui/mono-id";
import { PageHeader } from "@/components/ui/page-header";
import { TableSkeleton } from "@/components/ui/skeleton";
import { openPage } from "@/lib/auth/page";
import { getEntry } from "@/lib/log/get-entry";
import { orNull } from "../../identity-name";
import { ProofSection } from "./proof-section";

export const metadata = { title: "Entry" };

export default async function EntryPage({
  params,
}: Readonly<{ params: Promise<{ seq: string }> }>) {
  const { seq } = await params;
  const { actor, deps } = await openPage("audit.read", {
    action: "audit.read",
    target: { kind: "entry", id: seq, label: `Entry ${seq}` },
  });
  const entry = await orNull(getEntry(deps, actor, seq));
  if (entry === null) notFound();
  if (String(entry.seq) !== seq) redirect(`/audit/${entry.seq}`);
  const { record } = entry;
  return (
    <>
      <PageHeader
        title={`Entry ${entry.seq}`}
        badge={<OutcomeBadge action={record.action} outcome={record.outcome} />}
        sentence={entry.sentence}
        crumbs={[{ label: "Audit log", href: "/audit" }]}
        action={
          <>
            {entry.seq > 0 && (
              <ButtonLink href={`/audit/${entry.seq - 1}`} icon={<ChevronLeft aria-hidden />}>
                Entry before
              </ButtonLink>
            )}
            <ButtonLink href={`/audit/${entry.seq + 1}`} icon={<ChevronRight aria-hidden />}>
              Entry after
            </ButtonLink>
          </>
        }
      />
      <Grid columns={2}>
        <Stack>
          <Card title="Fields">
            <EntryFacts entry={entry} />
          </Card>
          <EntryDetails details={record.details} />
          {record.decision && (
            <DecisionCard
              rules={record.decision.rules}
              profileVersion={record.decision.profileVersion}
            />
          )}
        </Stack>
        <Stack>
          {/* What stands below the proof comes with it, so that it has not to move. */}
          <Suspense fallback={<TableSkeleton rows={16} label="Waiting for the checkpoint" />}>
            <ProofSection deps={deps} actor={actor} seq={entry.seq} bytesText={entry.bytesText} />
            <Card
              title="What was hashed"
              description="Canonical JSON (RFC 8785). The leaf hash is SHA-256 of a zero byte and exactly these bytes (RFC 6962)."
            >
              <Stack>
                <MonoId value={entry.leafHashHex} label="leaf hash" whole />
                <CodeBlock label="Canonical bytes" code={entry.bytesText} wrap short />
              </Stack>
            </Card>
          </Suspense>
        </Stack>
      </Grid>
    </>
  );
}
