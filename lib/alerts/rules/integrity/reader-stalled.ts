import type { StateRule } from "@/lib/alerts/types";

/** A reader of the log has stalled, so that what it is for happens no more. */
export const readerStalled: StateRule = {
  state: true,
  name: "reader-stalled",
  title: "A reader of the log has stalled",
  severity: "critical",
  explanation:
    "The log grows, and one of its readers (numbering, search index, Merkle tree, alert rules, CRL and OCSP) doesn't get past an entry. Until it does, new entries aren't searchable, proven, evaluated or published. The alert names the reader, the entry and since when; the log of the gateway has the error.",
  quietBecause:
    "Readers skip what they can't read. A reader that is merely behind moves, and one without new entries isn't late. The alert resolves itself when the reader moves.",
  values: [],
};
