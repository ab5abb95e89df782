import { makeCertificate } from "./receivers";
import type { DestinationConfig } from "@/lib/delivery/schema";

export const certificate = makeCertificate();
export const mail = (
  port: number,
  over: Partial<Extract<DestinationConfig, { kind: "email" }>> = {},
): DestinationConfig => ({
  kind: "email",
  host: "127.0.0.1",
  port,
  security: "starttls",
  user: "alerts",
  from: "chancery@example.com",
  to: ["on-call@example.com", "security@example.com"],
  ca: certificate.cert,
  ...over,
});
export const syslog = (
  port: number,
  transport: "tls" | "tcp" | "udp",
  ca = "",
): DestinationConfig => ({
  kind: "syslog",
  host: "127.0.0.1",
  port,
  transport,
  facility: 13,
  ca,
});
