/** The tokens of entries, each once, in order of arrival. */
export type Postings = Readonly<{
  /** Adds a token to the entry that comes next, unless it has it. */
  add: (token: number) => void;
  endEntry: () => void;
  entries: () => number;
  /** The tokens of entry n begin at `firstPosting[n]`. Valid until something is added. */
  lists: () => Readonly<{ postings: Uint32Array; firstPosting: Uint32Array }>;
}>;

const firstLength = 1 << 16;

export function makePostings(maxEntries: number): Postings {
  const firstPosting = new Uint32Array(maxEntries + 1);
  let postings = new Uint32Array(firstLength);
  let lastEntry = new Int32Array(firstLength).fill(-1);
  let used = 0;
  let entries = 0;
  return {
    add: (token) => {
      if (token >= lastEntry.length) {
        const larger = new Int32Array(2 * lastEntry.length).fill(-1);
        larger.set(lastEntry);
        lastEntry = larger;
      }
      if (lastEntry[token] === entries) return;
      lastEntry[token] = entries;
      if (used === postings.length) {
        const larger = new Uint32Array(2 * postings.length);
        larger.set(postings);
        postings = larger;
      }
      postings[used++] = token;
    },
    endEntry: () => {
      entries += 1;
      firstPosting[entries] = used;
    },
    entries: () => entries,
    lists: () => ({ postings, firstPosting }),
  };
}
