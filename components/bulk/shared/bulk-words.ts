import { formatCount, plural } from "@/lib/format/count";
import {
  type BulkAct,
  type BulkDto,
  type BulkStatus,
  nounOf,
  type Exclusion,
} from "@/lib/bulk/schema";

type ActWords = Readonly<{ button: string; title: string; done: string; consequence: string }>;

/** The words of each bulk action; `title` and `done` go with a number of items. */
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
  "request-rotation": {
    button: "Request rotation",
    title: "Request rotation of",
    done: "Requested",
    consequence:
      "Asks the holders of the private keys to replace these certificates. Nothing is revoked.",
  },
  "cancel-rotation-request": {
    button: "Withdraw",
    title: "Withdraw the request for rotation of",
    done: "Withdrawn",
    consequence:
      "The certificates no longer have to be replaced early. ACME clients get the usual time to renew again.",
  },
  suspend: {
    button: "Suspend",
    title: "Suspend",
    done: "Suspended",
    consequence:
      "No certificates can be issued for them. Chancery, and every proxy that asks it, denies their certificates from the next request on. CRL and OCSP don’t change: to stop their use everywhere, revoke the certificates as well.",
  },
  activate: {
    button: "Activate",
    title: "Activate",
    done: "Activated",
    consequence:
      "Certificates can be issued for them again, and their existing certificates are accepted again.",
  },
  assign: {
    button: "Assign",
    title: "Assign",
    done: "Assigned",
    consequence: "The owner is the team or person responsible for an identity.",
  },
  acknowledge: {
    button: "Acknowledge",
    title: "Acknowledge",
    done: "Acknowledged",
    consequence: "Marks them as being handled. They stay open until they are resolved.",
  },
  "assign-alert": {
    button: "Assign",
    title: "Assign",
    done: "Assigned",
    consequence: "The assignee finds them under “Assigned to me”.",
  },
  resolve: {
    button: "Resolve",
    title: "Resolve",
    done: "Resolved",
    consequence:
      "A resolved alert can’t be reopened. If the same thing happens again, a new alert is raised.",
  },
  issue: {
    button: "Issue",
    title: "Issue",
    done: "Issued",
    consequence: "Each certificate is issued as the dry run showed it, or not at all.",
  },
};

const nouns = {
  certificates: { one: "certificate", many: "certificates" },
  identities: { one: "identity", many: "identities" },
  alerts: { one: "alert", many: "alerts" },
} as const;

/** "240 certificates", "3 identities" or "16 alerts", whichever the action changes. */
export function countItems(act: BulkAct, count: number): string {
  const { one, many } = nouns[nounOf(act)];
  return plural(count, one, many);
}

const exclusionTexts: Readonly<Record<Exclusion, string>> = {
  own: "Chancery’s own",
  "signs-in": "sign in to the console, so only an administrator can change them",
  proxy: "trusted as a proxy, so only an administrator can change them",
  ca: "can get CA certificates, so only an administrator can change them",
  "already-revoked": "already revoked",
  "already-held": "already on hold",
  "not-held": "not on hold",
  "not-issued": "never issued",
  expired: "expired",
  replaced: "replaced by a successor",
  "rotation-requested": "rotation requested already, by this date or an earlier one",
  "rotation-not-requested": "rotation not requested, or replaced already",
  "already-suspended": "already suspended",
  "already-active": "already active",
  "same-owner": "this is their owner already",
  "already-acknowledged": "already acknowledged",
  "already-resolved": "already resolved",
  "same-assignee": "assigned to this user already",
  "about-you": "about you, so an administrator has to resolve them",
  missing: "not found",
};

/** "3 left out: already revoked". */
export const exclusionText = (why: Exclusion, count: number): string =>
  `${formatCount(count)} left out: ${exclusionTexts[why]}`;

/** What has to be typed before it starts: "revoke 240". Null where nothing is lost by a mistake. */
export const typedWord = (act: BulkAct, count: number): string | null =>
  act === "acknowledge" || act === "assign-alert" ? null : `${typedActs[act] ?? act} ${count}`;
const typedActs: Readonly<Partial<Record<BulkAct, string>>> = {
  "request-rotation": "rotate",
  "cancel-rotation-request": "withdraw",
};

export function bulkTitle({
  act,
  total,
  owner,
  assignee,
}: Pick<BulkDto, "act" | "total" | "owner" | "assignee">): string {
  if (act === "assign-alert" && assignee === null) return `Unassign ${countItems(act, total)}`;
  const recipient = owner ?? assignee;
  return `${actWords[act].title} ${countItems(act, total)}${recipient === null ? "" : ` to ${recipient}`}`;
}

/** The page that shows its progress. */
export const bulkHref = ({ act, id }: Pick<BulkDto, "act" | "id">): string =>
  `/${nounOf(act)}/bulk/${id}`;

export const statusLabels: Readonly<Record<BulkStatus, string>> = {
  running: "Running",
  finished: "Finished",
  canceled: "Canceled",
  stopped: "Stopped",
};
