/**
 * The columns of guarded tables that no comparison with the log covers, and why. Every other column
 * of those tables is compared; a test holds both against the database.
 */
export const notCovered: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  organization: { only: "Always true." },
  authority: {
    key_id: "Its public key is compared with the log; the ID only points to it.",
  },
  profile: { changed_at: "The entries have the times of all changes." },
  profile_version: {
    digest: "Computed again from the row.",
    entry_id: "The signer looks the entry up and compares its digest.",
    created_at: "The entry has the time.",
  },
  identity: {
    search_text: "PostgreSQL computes it; the check of the catalog compares its definition.",
    changed_at: "The entries have the times of all changes.",
    epoch: "Counts changes, so that two at once are noticed; it allows nothing.",
    names_epoch: "Counts changes, so that two at once are noticed; it allows nothing.",
  },
  identity_name: {
    id: "Nothing refers to it: a name is compared by its identity and text.",
    created_at: "The entry has the time.",
    changed_at: "The entries have the times of all changes.",
  },
  name_share: {
    changed_at: "The entries have the times of all changes.",
  },
  public_key: {
    created_at: "Shown nowhere.",
  },
  certificate: {
    search_text: "As that of identities.",
    status_xid: "PostgreSQL sets it; the check of the catalog compares the trigger.",
    csr_der: "Kept as it was received; nothing is decided by it again.",
    crl_shard: "The signed certificate has the address of its CRL.",
  },
  crl: {
    base_number: "Only leads to the CRL that is changed; the bytes that come of it are compared.",
    changes: "The bytes that it makes of the base are compared.",
  },
  account: { changed_at: "The entries have the times of all changes." },
  session: {
    ended_at:
      "A session that its entry ended and that is open again is named. The time isn't compared: a new password, for example, ends sessions too.",
    idle_until: "Every request of a browser moves it.",
    user_agent: "The entry has it.",
  },
  invitation: { used_ip: "The entry of its use has the address." },
  proxy: {
    unscoped_until: "Only tells administrators of an upgrade.",
    changed_at: "The entries have the times of all changes.",
  },
  saved_view: {
    created_at: "The entry has the time.",
    changed_at: "The entries have the times of all changes.",
  },
  bulk_act: {
    states: "What the dry run saw; an item in another state is left alone.",
    invalidity_date: "Each certificate's entry has it, and is compared.",
    origin:
      "The entry has the address; each certificate's entry has the credential, and is compared.",
  },
  policy: { changed_at: "The entries have the times of all changes." },
  api_token: { hint: "The first characters of a secret, shown to recognize it." },
  alert: { changed_at: "The entries have the times of all changes." },
  alert_figures: {
    alert_id: "Figures of open alerts, computed from the log by the alert rules.",
    count: "As the ID.",
    first_seq: "As the ID.",
    last_seq: "As the ID.",
    first_at: "As the ID.",
    last_at: "As the ID.",
    why: "As the ID; the entry that opened the alert has the text of that time.",
  },
  rule_setting: { changed_at: "The entries have the times of all changes." },
  destination: { changed_at: "The entries have the times of all changes." },
  delivery: {
    id: "The progress of sending; the alert itself is compared.",
    alert_id: "As the ID.",
    destination_id: "As the ID.",
    reason: "As the ID.",
    status: "As the ID.",
    attempts: "As the ID.",
    next_at: "As the ID.",
    created_at: "As the ID.",
    finished_at: "As the ID.",
  },
  acme_account: { changed_at: "The entries have the times of all changes." },
  acme_order: {
    csr_der: "Kept as it was received; the certificate that it leads to has entries with its key.",
    problem: "Shown to the client; the entry of the failure has its code and text.",
    lease_until: "Until when a process works on it; another one takes over after that.",
  },
  acme_authorization: {
    id: "Clients reach it by its ID; it is compared by its order and name.",
    token: "Made at random for challenges; what they prove has its own entry.",
    challenge: "Which challenge the client chose; the entry of its result names it.",
    problem: "Shown to the client; the entry of the failure has its text.",
    validated_at: "Shown to the client; the entry has the time.",
    lease_until: "Until when a process validates it; another one takes over after that.",
    created_at: "That of its order, which is compared, is the same.",
  },
};
