import { FilterChip } from "@/components/ui/chip";
import { listHref, type Params } from "@/components/filters/list-href";
import type { SuccessorState } from "@/lib/certificates/schema";
import { dayFrom, dayUntil } from "./expiry-dates";

const successorLabels: Readonly<Record<string, string>> = {
  none: "none",
  issued: "issued",
  automatic: "not needed, renewed automatically",
} satisfies Readonly<Record<SuccessorState, string>>;

type Props = Readonly<{ path: string; params: Params; identityName?: string | undefined }>;

/** The filters that have no control of their own in the first lines, each with a way to remove it. */
export function ActiveFilters({ path, params, identityName }: Props) {
  const filters: readonly (readonly [name: string, label: string, show: (v: string) => string])[] =
    [
      ["identity", "Identity", (value) => identityName ?? value],
      ["owner", "Owner", (value) => value],
      ["successor", "Successor", (value) => successorLabels[value] ?? value],
      ["expiresAfter", "Expires from", dayFrom],
      ["expiresBefore", "Expires until", dayUntil],
      ["key", "Public key", (value) => `${value.slice(0, 16)}…`],
      ["serial", "Serial number", (value) => value],
      ...(params["serverKey"] === "false"
        ? [["serverKey", "Key", () => "not made by Chancery"] as const]
        : []),
    ];
  return filters.map(([name, label, show]) => {
    const value = params[name];
    return (
      value && (
        <FilterChip
          key={name}
          label={label}
          value={show(value)}
          removeHref={listHref(path, params, { [name]: null })}
        />
      )
    );
  });
}
