import { ChevronLeft, ChevronRight } from "lucide-react";
import { notFound, redirect } from "next/navigation";
import { Suspense } from "react";
import { DecisionCard, EntryDetails } from "@/components/audit/entry-details";
import { EntryFacts } from "@/components/audit/entry-facts";
import { UnreadableEntry } from "@/components/audit/unreadable-entry";
import { StateBadge } from "@/components/ui/badge";
import { OutcomeBadge } from "@/components/shared/entry-outcome";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { Grid, Stack } from "@/components/ui/layout";
import { MonoId } from "@/components/ui/mono-id";
import { PageHeader } from "@/components/ui/page-header";
import { TableSkeleton } from "@/components/ui/skeleton";
import type { Actor } from "@/lib/access/actor";
import { openPage } from "@/lib/auth/page";
import type { EntryDetail } from "@/lib/log/schema";
import { getEntry } from "@/lib/log/search/get-entry";
import type { Deps } from "@/lib/runtime/deps";
import { nullIfNotFound } from "@/app/(console)/null-if-not-found";
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
  const entry = await nullIfNotFound(getEntry(deps, actor, seq));
  if (entry === null) notFound();
  if (String(entry.seq) !== seq) redirect(`/audit/${entry.seq}`);
  return (
    <>
      <PageHeader
        title={`Entry ${entry.seq}`}
        badge={
          entry.record === null ? (
            <StateBadge state="denied" label="Unreadable" />
          ) : (
            <OutcomeBadge action={entry.record.action} outcome={entry.record.outcome} />
          )
        }
        description={entry.sentence}
        crumbs={[{ label: "Audit log", href: "/audit" }]}
        action={
          <>
            {entry.seq > 0 && (
              <ButtonLink href={`/audit/${entry.seq - 1}`} icon={<ChevronLeft aria-hidden />}>
                Previous entry
              </ButtonLink>
            )}
            <ButtonLink href={`/audit/${entry.seq + 1}`} icon={<ChevronRight aria-hidden />}>
              Next entry
            </ButtonLink>
          </>
        }
      />
      {entry.record === null ? (
        <UnreadableEntry entry={entry} />
      ) : (
        <ReadableEntry deps={deps} actor={actor} entry={entry} />
      )}
    </>
  );
}

type Shown<E> = Readonly<{ deps: Deps; actor: Actor; entry: E }>;

function ReadableEntry({ deps, actor, entry }: Shown<Extract<EntryDetail, { unreadable: null }>>) {
  const { record, bytesText } = entry;
  return (
    <Grid columns={2}>
      <Stack>
        <Card title="Fields">
          <EntryFacts record={record} id={entry.id} sequencedAt={entry.sequencedAt} />
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
        {/* The card below the proof loads with it, so that it doesn't move. */}
        <Suspense fallback={<TableSkeleton rows={16} label="Waiting for the checkpoint" />}>
          <ProofSection deps={deps} actor={actor} seq={entry.seq} bytesText={bytesText} />
          <Card
            title="Hashed content"
            description="Canonical JSON (RFC 8785). The leaf hash is the SHA-256 of a zero byte followed by these bytes (RFC 6962)."
          >
            <Stack>
              <MonoId value={entry.leafHashHex} label="leaf hash" whole />
              <CodeBlock label="Canonical bytes" code={bytesText} wrap short />
            </Stack>
          </Card>
        </Suspense>
      </Stack>
    </Grid>
  );
}
