/**
 * Every table of Chancery's schemas that no entry guards, and why that is safe. A test compares
 * this and `guardedTables` with the catalog in both directions.
 */
export const exemptTables: Readonly<Record<string, string>> = {
  "public._prisma_migrations": "Written by the owner's migrations alone; the application reads it.",
  "public.sign_in_failure":
    "Counters that limit guessing for minutes. Each limit that is reached is an entry.",
  "public.idempotency_key":
    "Which act a request led to, and its answer, for a day; without it, a repeated request is decided again.",
  "public.bulk_result":
    "What became of each item of a bulk action; the change of each is an entry, and is compared with it. Its key lets each be changed once.",
  "public.bulk_request":
    "The requests of a bulk issue. The entry of its start has the digest of each, and one that differs is refused.",
  "public.acme_nonce":
    "Which anti-replay nonces were used, for an hour; without it, a request could be repeated.",
  "public.delivery_attempt":
    "What a destination answered. delivery_goes_on bounds it: an attempt that has ended never changes.",

  "tlog.inbox": "The entries themselves, until they are numbered; never changed.",
  "tlog.entry": "The log itself; only tlog.sequence_batch and tlog.continue_log add to it.",
  "tlog.log": "Append-only; tlog.open_log and tlog.continue_log demand their entry.",
  "tlog.head":
    "The size of the log, moved by the sequencer; a halt needs its entry (halt_needs_entry).",
  "tlog.tile": "Append-only; tlog.grow_tree accepts only the tiles that come next.",
  "tlog.tree": "Moved by tlog.grow_tree alone, forward.",
  "tlog.checkpoint": "Signed by the signer; tlog.add_checkpoint accepts only larger ones.",
  "tlog.cosignature": "Signed by witnesses; never changed.",
  "tlog.anchor": "Append-only; signed by time-stamp authorities.",
  "tlog.witness": "What was seen of each witness last, for the page; nothing relies on it.",
  "tlog.work": "The progress of long work, for those who watch it; nothing relies on it.",
  "tlog.indexed": "How far the search index has come. Derived, rebuilt from the entries.",
  "tlog.segment":
    "The search index. Derived from the entries; tlog.replace_segments alone changes it, whole ranges at a time.",
  "tlog.page":
    "The search index. Derived from the entries; a segment's pages are added in the transaction that makes it.",
  "tlog.page_fresh": "As tlog.page, for segments that are not sealed yet.",
  "tlog.segment_draft": "Segments that their transaction is still making.",
  "tlog.source": "Derived with the search index.",
  "tlog.skipped_entry":
    "Which entries readers could not read. Derived from their bytes; tlog.note_skipped only adds.",

  "intake.run":
    "Which numbers of a service have arrived. intake.accept alone adds them, with their entries.",
  "intake.receipt":
    "Tells a repeated event from another one for some weeks; intake.accept alone adds them.",

  "custody.cursor": "How far alerts have read; custody.take_batch moves it forward alone.",
  "custody.use": "Derived from the log by custody.take_batch alone.",
  "custody.tally": "Derived from the log by custody.take_batch alone.",
  "custody.issued": "Derived from the log by custody.take_batch alone.",
  "custody.active_hour": "Derived from the log by custody.take_batch alone.",
  "custody.moments": "Derived from the log by custody.take_batch alone; old ones are cleaned up.",
  "custody.alert_entry": "Which entries are behind an alert. Derived from the log.",

  "signer.sealed_key":
    "The signer's own; never changed or deleted by anyone, read by the signer alone.",
  "signer.log_key":
    "The signer's own; never changed or deleted by anyone, read by the signer alone.",
  "signer.ca_permission":
    "Written by the signer alone, with its entry in one transaction; never changed. The view public.ca_permission_decision shows it.",
  "signer.ca_permission_use":
    "Written by the signer alone, before it signs a CA certificate for a client; never changed. The entries of the certificate say what came of it.",
  "signer.ceiling":
    "Written by the signer alone, with its entry in one transaction; never changed. The view public.ceiling shows it.",
  "signer.ceiling_due": "Written by its migration alone; never changed.",
  "signer.confirmation":
    "Written by the signer alone, with its entry in one transaction; never changed.",
  "signer.live_name":
    "The names of what the signer signed, which no other role reads or writes; rows are added, and removed once they expired.",
  "signer.setup_grant":
    "Written by the signer alone, with its entry in one transaction; never changed.",
};
