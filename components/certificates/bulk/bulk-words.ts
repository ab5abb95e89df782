import { formatCount, plural } from "@/lib/format/count";
import type { BulkAct, BulkDto, BulkStatus, Exclusion } from "@/lib/bulk/schema";

type ActWords = Readonly<{ button: string; title: string; done: string; consequence: string }>;

/** The words of each bulk action; `title` and `done` go with a number of certificates. */
export const actWords: Readonly<Record<BulkAct, ActWords>> = {
  revoke: {
    button: "Revoke",
    title: "Revoke",
    done: "Revoked",
    consequence: "This can’t be undone. To suspend certificates temporarily, put them on hold.",
  },
  hold: {
    button: "Hold",
    title: "Put on hold:",
    done: "Put on hold",
    consequence: "Certificates on hold are rejected until they are released.",
  },
  release: {
    button: "Release",
    title: "Release",
    done: "Released",
    consequence: "The certificates become valid again.",
  },
};

const exclusionTexts: Readonly<Record<Exclusion, string>> = {
  own: "Chancery’s own",
  power: "only an administrator can change them",
  "already-revoked": "already revoked",
  "already-held": "already on hold",
  "not-held": "not on hold",
  "not-issued": "never issued",
  expired: "expired",
  missing: "not found",
};

/** "3 left out: already revoked". */
export const exclusionText = (why: Exclusion, count: number): string =>
  `${formatCount(count)} left out: ${exclusionTexts[why]}`;

/** What has to be typed before it starts: "revoke 240". */
export const typedWord = (act: BulkAct, count: number): string => `${act} ${count}`;

export const bulkTitle = ({ act, total }: Pick<BulkDto, "act" | "total">): string =>
  `${actWords[act].title} ${plural(total, "certificate")}`;

export const statusLabels: Readonly<Record<BulkStatus, string>> = {
  running: "Running",
  finished: "Finished",
  canceled: "Canceled",
  stopped: "Stopped",
};
