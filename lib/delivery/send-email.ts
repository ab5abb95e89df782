import { createTransport } from "nodemailer";
import type SMTPTransport from "nodemailer/lib/smtp-transport";
import { oneLine, deliveryRefused, connectionErrorText } from "./delivery-errors";
import { eventOf, headline, plainText } from "@/lib/delivery/messages/message";
import { openSocket, tlsOptions, type OutboundOptions } from "./open-socket";
import type { DestinationConfig } from "./schema";
import type { Message } from "./types";

type EmailConfig = Extract<DestinationConfig, { kind: "email" }>;

/**
 * Sends the message through an SMTP server and returns its response. Without TLS only if the
 * destination allows it, and then never with a password. Errors: `delivery.refused`,
 * `delivery.unreachable`, `outbound.closed`.
 */
export async function sendEmail(
  config: EmailConfig,
  password: string,
  message: Message,
  options: OutboundOptions,
): Promise<string> {
  const { host, port, security, user, from, to } = config;
  const socket = await openSocket(host, port, options);
  const transportOptions: SMTPTransport.Options = {
    connection: socket,
    host,
    port,
    name: message.host,
    secure: security === "tls",
    requireTLS: security === "starttls",
    ignoreTLS: security === "none",
    tls: tlsOptions(host, options.trust),
    ...(user === "" || security === "none"
      ? {}
      : { auth: { user, pass: password }, forceAuth: true }),
    disableFileAccess: true,
    disableUrlAccess: true,
  };
  const transport = createTransport(transportOptions);
  try {
    const info = await transport.sendMail({
      from,
      to,
      subject: `[Chancery] ${headline(message)}`,
      text: plainText(message),
      messageId: `<${message.id}@${message.host}>`,
      headers: {
        "X-Chancery-Delivery": message.id,
        "X-Chancery-Event": eventOf(message.reason),
        "Auto-Submitted": "auto-generated",
      },
    });
    const rejected = info.rejected.map(String);
    return `${oneLine(info.response, 160)}${rejected.length === 0 ? "" : ` (rejected for ${rejected.join(", ")})`}`;
  } catch (error) {
    throw deliveryRefused(mailErrorText(error));
  } finally {
    transport.close();
    socket.destroy();
  }
}

function mailErrorText(error: unknown): string {
  const { response } = error as { response?: unknown };
  if (typeof response === "string" && response !== "")
    return `The mail server responded: ${oneLine(response, 200)}.`;
  return `The mail server did not accept the message (${connectionErrorText(error)}).`;
}
