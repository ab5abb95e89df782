import type { StateRule } from "@/lib/alerts/types";

/** Entries are dated before earlier ones: a clock was set back, or differs from another machine's. */
export const clockOff: StateRule = {
  state: true,
  name: "clock-off",
  title: "A clock went back",
  severity: "high",
  explanation:
    "Among the latest entries of the log, one is dated more than five minutes before an earlier one. The clock of a machine was set back, or differs from that of another machine. What is recorded meanwhile has the wrong time, and searches for a time span may miss it. The order of the log is right all the same.",
  quietBecause:
    "Entries are dated when they are made and numbered within seconds, and clocks of servers differ by far less than five minutes.",
  values: [],
};
