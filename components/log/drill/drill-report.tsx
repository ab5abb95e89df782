"use client";

import { Download } from "lucide-react";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Link } from "@/components/ui/link";
import { Time } from "@/components/ui/time";
import { formatList, plural } from "@/lib/format/count";
import { attackTitle, DrillResults, type AttackResult } from "./drill-results";
import { saveText } from "@/components/ui/save-text";
import { formatMilliseconds } from "@/components/log/state-labels";

/**
 * The result of one drill, from its entry. ok: each attack was detected by the expected control.
 */
export type DrillView = Readonly<{
  seq: number;
  at: string;
  ok: boolean;
  entries: number;
  milliseconds: number;
  attacks: readonly AttackResult[];
  /** Why it couldn't run. */ failed: string | null;
}>;

/** The report of a finished drill, with a download. */
export function DrillReportCard({ drill, title }: Readonly<{ drill: DrillView; title: string }>) {
  return (
    <Card
      padding="flush"
      title={title}
      aside={
        <Button
          size="sm"
          icon={<Download aria-hidden />}
          onClick={() => {
            saveText(
              `tamper-drill-${drill.seq}.json`,
              `${JSON.stringify(drill, null, 2)}\n`,
              "application/json",
            );
          }}
        >
          Download report
        </Button>
      }
      description={
        <>
          <Link href={`/audit/${drill.seq}`}>Entry {drill.seq}</Link>, <Time at={drill.at} />:{" "}
          {plural(drill.attacks.length, "attack")} on a copy of{" "}
          {plural(drill.entries, "entry", "entries")}, in {formatMilliseconds(drill.milliseconds)}.
        </>
      }
    >
      <div className="px-4 pb-3">
        <Outcome drill={drill} />
      </div>
      {drill.attacks.length > 0 && <DrillResults attacks={drill.attacks} />}
    </Card>
  );
}

function Outcome({ drill: { ok, failed, attacks } }: Readonly<{ drill: DrillView }>) {
  const undetected = attacks.filter(({ caughtBy }) => caughtBy.length === 0),
    slowest = Math.max(0, ...attacks.map(({ milliseconds }) => milliseconds));
  if (failed !== null)
    return (
      <Banner tone="warning" title="The drill couldn’t run.">
        {failed}
      </Banner>
    );
  if (undetected.length > 0)
    return (
      <Banner
        tone="danger"
        title={`${plural(undetected.length, "attack was", "attacks were")} not detected.`}
      >
        {formatList(undetected.map(({ name }) => attackTitle(name)))}. Treat this as a defect in the
        log’s protection and investigate it first.
      </Banner>
    );
  if (!ok)
    return (
      <Banner
        tone="warning"
        title={`All ${plural(attacks.length, "attack was", "attacks were")} detected, but not all by the expected control.`}
      >
        See “Detected by” for each attack.
      </Banner>
    );
  return (
    <Banner
      tone="success"
      title={`All ${plural(attacks.length, "attack was", "attacks were")} detected.`}
    >
      Each by the expected control, the slowest in {formatMilliseconds(slowest)}.
    </Banner>
  );
}
