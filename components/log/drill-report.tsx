"use client";

import { Download } from "lucide-react";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Link } from "@/components/ui/link";
import { Time } from "@/components/ui/time";
import { joinWords, plural } from "@/lib/format/count";
import { attackTitle, DrillResults, type AttackResult } from "./drill-results";
import { saveText } from "./save-text";
import { secondsWords } from "./state-words";

/** What one drill found, from its entry. ok: each attack was caught by the control that has to. */
export type DrillView = Readonly<{
  seq: number;
  at: string;
  ok: boolean;
  entries: number;
  milliseconds: number;
  attacks: readonly AttackResult[];
  /** Why it could not be done. */ failed: string | null;
}>;

/** A finished drill, whole, and as a file. */
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
          Report
        </Button>
      }
      description={
        <>
          <Link href={`/audit/${drill.seq}`}>Entry {drill.seq}</Link>, <Time at={drill.at} />:{" "}
          {plural(drill.attacks.length, "attack")} on a copy of{" "}
          {plural(drill.entries, "entry", "entries")}, in {secondsWords(drill.milliseconds)}.
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
  const missed = attacks.filter(({ caughtBy }) => caughtBy.length === 0),
    slowest = Math.max(0, ...attacks.map(({ milliseconds }) => milliseconds));
  if (failed !== null)
    return (
      <Banner tone="warning" title="The drill could not be done.">
        {failed}
      </Banner>
    );
  if (missed.length > 0)
    return (
      <Banner
        tone="danger"
        title={`${plural(missed.length, "attack was", "attacks were")} not caught.`}
      >
        {joinWords(missed.map(({ name }) => attackTitle(name)))}. Treat this as a fault of the log’s
        guards and look at it before anything else.
      </Banner>
    );
  if (!ok)
    return (
      <Banner
        tone="warning"
        title={`All ${plural(attacks.length, "attack was", "attacks were")} caught, not each by the control that has to.`}
      >
        Look at what is named beside each one.
      </Banner>
    );
  return (
    <Banner
      tone="success"
      title={`All ${plural(attacks.length, "attack was", "attacks were")} caught.`}
    >
      Each by the control that has to; the slowest in {secondsWords(slowest)}.
    </Banner>
  );
}
