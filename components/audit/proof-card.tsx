"use client";

import { Download, FileDown, RotateCw } from "lucide-react";
import { Banner } from "@/components/ui/banner";
import { Button, ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Row } from "@/components/ui/layout";
import { Link } from "@/components/ui/link";
import { plural } from "@/lib/format/count";
import type { EntryProof } from "@/lib/log/view-types";
import { auditPath } from "@/components/log/shared/audit-path";
import type { Comparison } from "@/components/log/shared/compare-checkpoints";
import { LevelBadge } from "@/components/shared/level-badge";
import { PathDiagram, type DrawnStep } from "./path-diagram";
import { ProofSteps } from "./proof-steps";
import { saveText } from "@/components/ui/save-text";
import { useVerification, type Verification } from "./use-verification";

type Props = Readonly<{ seq: number; bytesText: string; proof: EntryProof }>;

/**
 * Verifies one entry in the browser: leaf, path, root, signature, witnesses, and consistency with
 * earlier checkpoints. Starts automatically.
 */
export function ProofCard({ seq, bytesText, proof }: Props) {
  const { verification, again } = useVerification({ bytesText, proof });
  const memory = verification.state === "done" ? verification.memory : null;
  return (
    <Card
      title="Proof"
      description="Verified in this browser."
      aside={<Headline verification={verification} />}
      footer={
        <Row justify="between">
          <span>
            {proof.inclusion === null
              ? "No checkpoint covers it yet."
              : `Covered by the checkpoint at ${plural(proof.inclusion.size, "entry", "entries")}.`}{" "}
            <Link href="/audit/log">Log & proofs</Link>
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
          <Banner tone="warning" title="Not verified in this browser">
            {verification.why}
          </Banner>
        )}
        {memory?.outcome === "contradiction" && <Contradiction memory={memory} proof={proof} />}
        <ProofSteps verification={verification} />
        {proof.inclusion && (
          <div className="border-t border-border pt-3">
            <PathDiagram
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
            Entry bytes
          </Button>
        </Row>
      </div>
    </Card>
  );
}

function Headline({ verification }: Readonly<{ verification: Verification }>) {
  // As wide as the usual result from the start, so that the layout doesn't change when it appears.
  return (
    <span role="status" aria-live="polite" className="inline-block min-w-44 md:text-right">
      {badgeOf(verification)}
    </span>
  );
}

function badgeOf(verification: Verification) {
  if (verification.state === "working") return <LevelBadge level="unsealed">Verifying…</LevelBadge>;
  if (verification.state === "unable") return <LevelBadge level="unknown">Not verified</LevelBadge>;
  if (verification.memory?.outcome === "contradiction")
    return <LevelBadge level="failed">Contradicts an earlier checkpoint</LevelBadge>;
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

/**
 * Two signed checkpoints that can't both be true. The older one is kept, and both can be downloaded
 * as evidence.
 */
function Contradiction({ memory, proof }: Readonly<{ memory: Comparison; proof: EntryProof }>) {
  const download = () => {
    saveText(
      "contradiction.txt",
      `${memory.message}\n\nSeen by this browser at ${memory.before?.seenAt ?? ""}, key ${memory.before?.vkey ?? ""}:\n\n${memory.before?.note ?? ""}\n\nPresented now, key ${proof.vkey ?? ""}:\n\n${proof.checkpoint?.note ?? ""}`,
    );
  };
  return (
    <Banner
      tone="danger"
      live
      title="The log contradicts a checkpoint that this browser saw"
      action={
        <Button size="sm" icon={<Download aria-hidden />} onClick={download}>
          Download both checkpoints
        </Button>
      }
    >
      {memory.message} The older checkpoint is kept in this browser. Download both and compare them
      with the witnesses’ copies.
    </Banner>
  );
}
