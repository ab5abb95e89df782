/** The checks of a verification in words: what each one would find. */
export const checkWords: Readonly<Record<string, Readonly<{ title: string; means: string }>>> = {
  numbers: { title: "Numbers", means: "no entry is missing, doubled or out of place" },
  leaf: { title: "Leaf hashes", means: "each entry’s bytes have the hash that was sealed" },
  id: { title: "Ids", means: "the column by which an entry is found says what its bytes say" },
  tree: { title: "Tree", means: "all leaves together give the root that was signed" },
  tiles: { title: "Tiles", means: "what proofs are made of follows from the entries" },
  checkpoints: { title: "Checkpoints", means: "each one kept continues the one before" },
  signature: { title: "Signatures", means: "the log’s key signed each checkpoint" },
  witnesses: { title: "Witnesses", means: "cosignatures are theirs, and as many as asked for" },
  remembered: {
    title: "Remembered",
    means: "the file outside the database holds no other history",
  },
  index: { title: "Search", means: "the rows that are searched say what the entries say" },
  sources: { title: "Sources", means: "every number that a process gave has arrived" },
  guards: { title: "Guards", means: "the triggers that refuse changes stand on every partition" },
  state: { title: "State", means: "the tables hold what the log explains" },
};

const otherControls: Readonly<Record<string, string>> = {
  signer: "Signer",
  witness: "Witness",
  "restore guard": "Restore guard",
};

/** A control by its title: a check of the verification, or one that refuses at once. */
export const controlTitle = (name: string): string =>
  checkWords[name]?.title ?? otherControls[name] ?? name;
