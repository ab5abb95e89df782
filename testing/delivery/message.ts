import type { Message, NotifiedAlert } from "@/lib/delivery/types";

export const notifiedAlert = (over: Partial<NotifiedAlert> = {}): NotifiedAlert => ({
  id: "alr_01test",
  rule: "revoked-used",
  severity: "critical",
  status: "open",
  subject: { kind: "identity", id: "idn_01test", label: "payments" },
  summary: "A revoked certificate of payments was used",
  surprise: "4 requests from 198.51.100.7 with a certificate that was revoked on 20 November.",
  baseline: "None since it was revoked.",
  count: 4,
  firstAt: "2026-11-23T02:38:07Z",
  lastAt: "2026-11-23T02:40:00Z",
  openedAt: "2026-11-23T02:38:08Z",
  firstEntry: 812,
  lastEntry: 819,
  link: "https://ca.example.com/alerts/alr_01test",
  ...over,
});

export const testMessage = (over: Partial<Message> = {}): Message => ({
  id: "dlv_01test",
  reason: "opened",
  sentAt: new Date("2026-11-23T02:38:09Z"),
  host: "ca.example.com",
  alert: notifiedAlert(),
  ...over,
});
