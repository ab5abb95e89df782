import { Badge } from "@/components/ui/badge";

const explanation =
  "This is a demonstration: its 90 days of history are invented. Use npm start for an installation of your own.";

/** On every page of a demonstration, beside the logo. */
export function DemoBadge() {
  return (
    <span data-tip={explanation} className="inline-flex shrink-0">
      <Badge tone="accent">
        Demo
        <span className="sr-only">. {explanation}</span>
      </Badge>
    </span>
  );
}
