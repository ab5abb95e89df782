"use client";

import { Download, FileDown, RotateCw } from "lucide-react";
import { Banner } from "@/components/ui/banner";
import { Button, ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Row } from "@/components/ui/layout";
import { Link } from "@/components/ui/link";
import { plural } from "@/lib/format/count";
import type { EntryProof } from "@/lib/log/types-of-proof";
import { auditPath } from "./audit-path";
import type { Comparison } from "./compare-memory";
import { LevelBadge } from "./level-badge";
import { PathPicture, type DrawnStep } from "./path-picture";
import { ProofSteps } from "./proof-steps";
import { saveText } from "./save-text";
import { useVerification, type Verification } from "./use-verification";

type Props = Readonly<{ seq: number; bytesText: string; proof: EntryProof }>;

/** Proves one entry in the reader's own browser: leaf, path, root, signature, witnesses, and what was seen before. It begins by itself. */
export function ProofCard({ seq, bytesText, proof }: Props) {
  const { verification, again } = useVerification({ bytesText, proof });
  const memory = verification.state === "done" ? verification.memory : null;
  return (
    <Card
      title="Proof"
      description="Computed in this browser."
      aside={<Headline verification={verification} />}
      footer={
        <Row justify="between">
          <span>
            {proof.inclusion === null
              ? "No checkpoint covers it yet."
              : `Under the checkpoint of ${plural(proof.inclusion.size, "entry", "entries")}.`}{" "}
            <Link href="/audit/log">Log and proofs</Link>
          </span>
          <Button
            size="sm"
            variant="ghost"
            icon={<RotateCw aria-hidden />}
            loading={verification.state === "working"}
            onClick={again}
          >
            Verify again
          </Button>
        </Row>
      }
    >
      <div className="flex flex-col gap-3">
        {verification.state === "unable" && (
          <Banner tone="warning" title="Nothing was verified here">
            {verification.why}
          </Banner>
        )}
        {memory?.outcome === "contradiction" && <Contradiction memory={memory} proof={proof} />}
        <ProofSteps verification={verification} />
        {proof.inclusion && (
          <div className="border-t border-border pt-3">
            <PathPicture
              seq={seq}
              leafHex={verification.state === "done" ? verification.verdict.leafHex : ""}
              steps={drawnSteps(proof, seq, verification)}
            />
          </div>
        )}
        <Row>
          {proof.inclusion && (
            <ButtonLink
              size="sm"
              download
              href={`/audit/${seq}/proof`}
              icon={<FileDown aria-hidden />}
            >
              Proof file
            </ButtonLink>
          )}
          <Button
            size="sm"
            icon={<Download aria-hidden />}
            onClick={() => {
              saveText(`entry-${seq}.json`, bytesText, "application/json");
            }}
          >
            The entry’s bytes
          </Button>
        </Row>
      </div>
    </Card>
  );
}

function Headline({ verification }: Readonly<{ verification: Verification }>) {
  // As wide as the usual result from the start, so that it wraps, or not, before it comes.
  return (
    <span role="status" aria-live="polite" className="inline-block min-w-44 md:text-right">
      {badgeOf(verification)}
    </span>
  );
}

function badgeOf(verification: Verification) {
  if (verification.state === "working") return <LevelBadge level="unsealed">Verifying…</LevelBadge>;
  if (verification.state === "unable")
    return <LevelBadge level="unknown">Not verified here</LevelBadge>;
  if (verification.memory?.outcome === "contradiction")
    return <LevelBadge level="failed">Contradicts what was seen</LevelBadge>;
  return (
    <LevelBadge level={verification.verdict.level}>{verification.verdict.headline}</LevelBadge>
  );
}

function drawnSteps(
  { inclusion }: EntryProof,
  seq: number,
  verification: Verification,
): readonly DrawnStep[] {
  if (verification.state === "done" && verification.verdict.nodes.length > 0)
    return verification.verdict.nodes;
  return inclusion === null
    ? []
    : auditPath(seq, inclusion.size).map((step) => ({ ...step, hashHex: "", siblingHex: "" }));
}

/** Two signed statements that cannot both be true. The one that was seen first is kept, and both can be taken away as evidence. */
function Contradiction({ memory, proof }: Readonly<{ memory: Comparison; proof: EntryProof }>) {
  const take = () => {
    saveText(
      "contradiction.txt",
      `${memory.says}\n\nRemembered since ${memory.before?.seenAt ?? ""}, key ${memory.before?.vkey ?? ""}:\n\n${memory.before?.note ?? ""}\n\nShown now, key ${proof.vkey ?? ""}:\n\n${proof.checkpoint?.note ?? ""}`,
    );
  };
  return (
    <Banner
      tone="danger"
      live
      title="The log contradicts what this browser saw"
      action={
        <Button size="sm" icon={<Download aria-hidden />} onClick={take}>
          Both checkpoints
        </Button>
      }
    >
      {memory.says} The older checkpoint stays in this browser. Keep both, and compare them with
      what the witnesses hold.
    </Banner>
  );
}
