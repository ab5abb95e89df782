import type { ErrorDefinitions } from "@/lib/errors/types";

/** The audit log: writing it, reading it, proving it, time stamps and drills. */
export const logCodes = {
  "record.unavailable": {
    kind: "unavailable",
    text: "The action couldn't be recorded, so it wasn't done; retry in a moment.",
  },
  "outcome.unknown": {
    kind: "unavailable",
    text: "The connection to the database was lost while the change was being saved, so whether it took effect is unknown; repeat the request with the same Idempotency-Key, or look it up.",
  },
  "database.unavailable": {
    kind: "unavailable",
    text: "The database is away, slow, full or read-only, so nothing was done; retry in a moment.",
  },
  "record.backlog": {
    kind: "unavailable",
    text: "Too many entries wait to be numbered, so the action wasn't done; retry in a few seconds.",
  },
  "record.too-large": {
    kind: "too-large",
    text: "The action's entry would be longer than the log accepts; send less in one request.",
  },
  "entry.not-found": {
    kind: "not-found",
    text: "The log has no entry with this number or ID.",
  },
  "audit.query": {
    kind: "invalid",
    text: "The filter can't be read; fix every field listed in `errors`.",
  },
  "audit.cursor": {
    kind: "invalid",
    text: "The cursor wasn't issued for this query; start again without it.",
  },
  "view.account": {
    kind: "forbidden",
    text: "Saved views belong to users; sign in to the console.",
  },
  "view.exists": {
    kind: "conflict",
    text: "You already have a view with this name; choose a different one.",
  },
  "view.limit": {
    kind: "conflict",
    text: "You have as many views as one user can have; delete one first.",
  },
  "view.not-found": {
    kind: "not-found",
    text: "You have no saved view with this ID.",
  },
  "audit.streams": {
    kind: "unavailable",
    text: "Too many listeners follow the log; retry when one has left.",
  },
  "audit.index-behind": {
    kind: "unavailable",
    text: "The search index hasn't caught up with the log, so an export would be incomplete; retry later.",
  },
  "audit.no-checkpoint": {
    kind: "unavailable",
    text: "No checkpoint is published yet; retry in a moment.",
  },
  "audit.checkpoint-not-found": {
    kind: "not-found",
    text: "No checkpoint of this size is published; older than a day, one for each hour is kept.",
  },
  "log.halted": {
    kind: "unavailable",
    text: "The log is halted because signed entries are missing or differ, so nothing changes but revocations and holds; an administrator decides on the log's page.",
  },
  "log.not-halted": {
    kind: "conflict",
    text: "The log isn't halted, so there is nothing to continue.",
  },
  "log.not-sealed": {
    kind: "conflict",
    text: "No published checkpoint covers this yet; checkpoints follow each second, so retry in a moment.",
  },
  "log.proof-sizes": {
    kind: "invalid",
    text: "A tree of the requested size doesn't hold the entry or the older tree; request a larger size.",
  },
  "log.entries-missing": {
    kind: "unavailable",
    text: "Entries of the log are missing in the database; run the log's verification to see which.",
  },
  "log.tile-missing": {
    kind: "unavailable",
    text: "A tile of the log's tree is missing in the database; run the log's verification.",
  },
  "log.tree-behind": {
    kind: "unavailable",
    text: "The tree doesn't hold this many entries yet; retry in a moment.",
  },
  "log.no-such-tile": {
    kind: "not-found",
    text: "The newest checkpoint has no such bundle of entries; see docs/log-format.md for addresses.",
  },
  "log.policy": {
    kind: "invalid",
    text: "The witness policy file can't be read; fix it as the message says.",
  },
  "anchor.not-found": {
    kind: "not-found",
    text: "No checkpoint of this size has a time stamp.",
  },
  "work.not-found": {
    kind: "not-found",
    text: "No such verification or export exists, or it ended more than a month ago.",
  },
  "drill.not-found": {
    kind: "not-found",
    text: "No such tamper drill exists, or it hasn't finished.",
  },
  "drill.not-clean": {
    kind: "conflict",
    text: "The copy for the drill isn't intact before the drill changes it; run the log's verification.",
  },
  "drill.too-small": {
    kind: "conflict",
    text: "The log has too few entries for a tamper drill; run it when there are more.",
  },
} as const satisfies ErrorDefinitions;
