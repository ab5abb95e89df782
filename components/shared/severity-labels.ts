import type { Severity } from "@/lib/alerts/schema";

/** How severe an alert is. */
export const severityLabels: Readonly<Record<Severity, string>> = {
  critical: "Critical",
  high: "High",
  medium: "Medium",
  low: "Low",
};
/** The most severe first, as lists show them. */
export const severityOrder: readonly Severity[] = ["critical", "high", "medium", "low"];
