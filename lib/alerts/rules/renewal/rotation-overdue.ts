import type { StateRule } from "@/lib/alerts/types";

/** A certificate that someone wanted replaced by now. */
export const rotationOverdue: StateRule = {
  state: true,
  name: "rotation-overdue",
  title: "Requested rotation is overdue",
  severity: "medium",
  explanation:
    "The rotation of a certificate was requested by a date that is over, and it has no successor. Whatever the request was about, such as a weak key, still applies.",
  quietBecause:
    "Only staff request rotations, with a date. The alert resolves itself once there is a successor or the request is withdrawn; after a person resolved it, it comes again in a week at the earliest.",
  values: [],
};
