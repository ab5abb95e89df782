import type { RadioCard } from "@/components/ui/radio-cards";
import type { ReleaseMode } from "@/lib/names/schema";

const labels: Readonly<Record<ReleaseMode, Pick<RadioCard, "label" | "hint">>> = {
  reserve: {
    label: "Reserve the names",
    hint: "Certificates that carry them stay valid. No other identity can get the names until those certificates have expired or been revoked.",
  },
  revoke: {
    label: "Revoke the certificates",
    hint: "Every certificate that carries one of the names is revoked. This can't be undone.",
  },
  free: {
    label: "Free the names now",
    hint: "Certificates stay valid, and another identity can get the names at once. Both could then prove that they have the same name.",
  },
};

/** What can become of certificates that carry a released name. */
export function releaseOptions(
  modes: readonly ReleaseMode[],
  mayFree: boolean,
): readonly RadioCard[] {
  return modes.map((value) => ({
    value,
    ...labels[value],
    ...(value === "free" && !mayFree
      ? {
          hint: "Only administrators can free names that certificates still carry.",
          disabledReason: "Only administrators can free names.",
        }
      : {}),
  }));
}
