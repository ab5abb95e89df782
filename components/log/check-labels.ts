/** The checks of a verification: a title, and what each one confirms. */
export const checkLabels: Readonly<
  Record<string, Readonly<{ title: string; description: string }>>
> = {
  numbers: { title: "Numbers", description: "no entry is missing, duplicated or out of order" },
  leaf: { title: "Leaf hashes", description: "each entry’s bytes match its signed hash" },
  id: { title: "IDs", description: "the lookup column matches the entry’s bytes" },
  tree: { title: "Tree", description: "all leaves together produce the signed root" },
  tiles: { title: "Tiles", description: "the proof data matches the entries" },
  checkpoints: { title: "Checkpoints", description: "each one is consistent with the one before" },
  signature: { title: "Signatures", description: "each checkpoint is signed with the log’s key" },
  witnesses: {
    title: "Witnesses",
    description: "cosignatures are valid and meet the witness policy",
  },
  remembered: {
    title: "External file",
    description: "the checkpoint file outside the database is consistent",
  },
  index: { title: "Search", description: "the search index matches the entries" },
  sources: { title: "Sources", description: "every number assigned by a process has arrived" },
  guards: {
    title: "Triggers",
    description: "the triggers that block changes exist on every partition",
  },
  state: { title: "State", description: "the tables match what the log records" },
  anchors: {
    title: "Time stamps",
    description: "each one is over a checkpoint of the log, and is the one that the log records",
  },
  clocks: { title: "Clocks", description: "no entry is dated or numbered before earlier ones" },
  credentials: {
    title: "Credentials",
    description: "each entry was made with the credential that the log records",
  },
  readable: { title: "Readable", description: "every entry can be read" },
};

const otherControls: Readonly<Record<string, string>> = {
  signer: "Signer",
  witness: "Witness",
  "restore guard": "Restore guard",
  "tile cache": "Tile cache",
  export: "Verification of exports",
};

/** The title of a control: a check of the verification, or one that rejects immediately. */
export const controlTitle = (name: string): string =>
  checkLabels[name]?.title ?? otherControls[name] ?? name;
