/** `bad` needs mending, `note` is good to know, `ok` is fine. `detail` says what was found and how to mend it. */
export interface Finding {
  readonly state: "ok" | "note" | "bad";
  readonly what: string;
  readonly detail: string;
}

export const ok = (what: string, detail: string): Finding => ({ state: "ok", what, detail });
export const note = (what: string, detail: string): Finding => ({ state: "note", what, detail });
export const bad = (what: string, detail: string): Finding => ({ state: "bad", what, detail });
