import { createTransport } from "nodemailer";
import type SMTPTransport from "nodemailer/lib/smtp-transport";
import { eventOf, headline, plainText } from "./message";
import { openSocket, tlsOptions, type Outbound } from "./open-socket";
import type { DestinationConfig } from "./schema";
import { oneLine, turnedDown, wordsOf } from "./unreachable";
import type { Message } from "./types";

type EmailConfig = Extract<DestinationConfig, { kind: "email" }>;

/**
 * Hands the message to the SMTP server and returns what it answered. Without TLS only where the destination says so, and a password never.
 * Errors: `delivery.refused`, `delivery.unreachable`, `outbound.closed`.
 */
export async function sendEmail(
  config: EmailConfig,
  password: string,
  message: Message,
  outbound: Outbound,
): Promise<string> {
  const { host, port, security, user, from, to } = config;
  const socket = await openSocket(host, port, outbound);
  const options: SMTPTransport.Options = {
    connection: socket,
    host,
    port,
    name: message.host,
    secure: security === "tls",
    requireTLS: security === "starttls",
    ignoreTLS: security === "none",
    tls: tlsOptions(host, outbound.trust),
    ...(user === "" || security === "none"
      ? {}
      : { auth: { user, pass: password }, forceAuth: true }),
    disableFileAccess: true,
    disableUrlAccess: true,
  };
  const transport = createTransport(options);
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
    const left = info.rejected.map(String);
    return `${oneLine(info.response, 160)}${left.length === 0 ? "" : ` (refused for ${left.join(", ")})`}`;
  } catch (error) {
    throw turnedDown(mailWords(error));
  } finally {
    transport.close();
    socket.destroy();
  }
}

function mailWords(error: unknown): string {
  const { response } = error as { response?: unknown };
  if (typeof response === "string" && response !== "")
    return `The mail server answered ${oneLine(response, 200)}`;
  return `The mail server did not take it (${wordsOf(error)})`;
}
