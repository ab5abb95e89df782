import { z } from "zod";
import { severities, type Severity } from "@/lib/alerts/schema";

export const destinationKinds = ["email", "webhook", "slack", "syslog"] as const;
export type DestinationKind = (typeof destinationKinds)[number];

const host = z.string().trim().regex(/^[A-Za-z0-9.:_-]{1,253}$/, "A host name or an address.");
const port = z.number().int().min(1).max(65_535);
const address = z.email("An e-mail address.").max(254);
const link = z.url({ protocol: /^https?$/, message: "An address that begins with https:// (or http:// inside your network)." }).max(2048);

/** What is not secret, by kind. */
export const destinationConfig = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("email"), host, port: port.default(587), security: z.enum(["starttls", "tls", "none"]).default("starttls"), user: z.string().max(254).default(""), from: address, to: z.array(address).min(1, "Write at least one address.").max(20) }),
  z.strictObject({ kind: z.literal("webhook"), url: link }),
  z.strictObject({ kind: z.literal("slack"), /** Its path is the secret of such a link, so the whole link is sealed; this is what is shown. */ shown: z.string().max(253).default("") }),
  z.strictObject({ kind: z.literal("syslog"), host, port: port.default(6514), transport: z.enum(["tls", "tcp", "udp"]).default("tls"), facility: z.number().int().min(0).max(23).default(13), ca: z.string().max(20_000).default("") }),
]);
export type DestinationConfig = z.infer<typeof destinationConfig>;

export const destinationInput = z.strictObject({
  name: z.string().trim().min(1, "Name it.").max(100), config: destinationConfig, minSeverity: z.enum(severities).default("medium"),
  /** SMTP password, the webhook's HMAC key (made here if none is given, and shown once), the whole Slack-compatible link. Never given back. */
  secret: z.string().max(2048).optional(),
});
export type DestinationInput = z.infer<typeof destinationInput>;
export const destinationChange = destinationInput.partial().extend({ status: z.enum(["active", "paused"]).optional() });
export type DestinationChange = z.infer<typeof destinationChange>;

export type AttemptView = Readonly<{ n: number; at: string; ok: boolean; answer: string; milliseconds: number }>;
export type DeliveryView = Readonly<{
  id: string; alert: Readonly<{ id: string; summary: string; severity: Severity }> | null; reason: "opened" | "escalated" | "resolved" | "test";
  status: "pending" | "sent" | "failed"; createdAt: string; finishedAt: string | null; nextAt: string | null; attempts: readonly AttemptView[];
}>;
export type DestinationDto = Readonly<{
  id: string; kind: DestinationKind; name: string; status: "active" | "paused" | "removed"; config: DestinationConfig; hasSecret: boolean; minSeverity: Severity;
  /** Where it goes, in one line. */
  address: string;
  last: Readonly<{ at: string; ok: boolean; answer: string }> | null; waiting: number; createdAt: string; changedAt: string; entryId?: string;
  /** Once, when it was made here. */
  secret?: string;
}>;
