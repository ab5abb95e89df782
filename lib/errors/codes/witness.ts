import type { ErrorDefinitions } from "@/lib/errors/types";

/** `chancery witness`: its key and its memory. */
export const witnessCodes = {
  "witness.busy": {
    kind: "unavailable",
    text: "Another process keeps changing the witness's folder; run only one witness on it.",
  },
  "witness.key-damaged": {
    kind: "conflict",
    text: "The witness's key file can't be used; restore it from a backup.",
  },
  "witness.key-name": {
    kind: "conflict",
    text: "The witness's name can't be used, or the key in the folder has another; leave out --name or use another folder.",
  },
  "witness.key-open": {
    kind: "conflict",
    text: "Other users can read the witness's key file; run chmod 600 on it.",
  },
  "witness.state-damaged": {
    kind: "unavailable",
    text: "What the witness remembers can't be read or belongs to another log; restore it from a backup, or start a new witness with a new key.",
  },
} as const satisfies ErrorDefinitions;
