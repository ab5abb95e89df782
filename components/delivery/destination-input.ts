import { optionalText, linesOf, numberOf, textOf } from "@/components/forms/form-values";
import type { DestinationKind } from "@/lib/delivery/schema";

/**
 * The form's fields as input for the schema. Invalid numbers are passed on as they are, so that the
 * schema reports them at the field.
 */
export function destinationInputOf(form: FormData, kind: DestinationKind): Record<string, unknown> {
  return {
    name: textOf(form, "name"),
    minSeverity: textOf(form, "minSeverity"),
    config: configOf(form, kind),
    secret: kind === "syslog" ? undefined : optionalText(form, "secret"),
  };
}

function configOf(form: FormData, kind: DestinationKind): Record<string, unknown> {
  const ca = textOf(form, "ca");
  switch (kind) {
    case "email":
      return {
        kind,
        host: textOf(form, "host"),
        port: numberOf(form, "port"),
        security: textOf(form, "security"),
        user: textOf(form, "user").trim(),
        from: textOf(form, "from"),
        to: linesOf(form, "to"),
        ca,
      };
    case "webhook":
      return { kind, url: textOf(form, "url").trim(), ca };
    case "slack":
      return { kind };
    case "syslog":
      return {
        kind,
        host: textOf(form, "host"),
        port: numberOf(form, "port"),
        transport: textOf(form, "transport"),
        facility: numberOf(form, "facility"),
        ca,
      };
  }
}

/** Paths of the errors that the fields show themselves. */
export const destinationFields = [
  "name",
  "minSeverity",
  "secret",
  "config.kind",
  "config.host",
  "config.port",
  "config.security",
  "config.user",
  "config.from",
  "config.to",
  "config.url",
  "config.transport",
  "config.facility",
  "config.ca",
] as const;
