"use client";

import { useState } from "react";
import { TextField } from "@/components/ui/input";
import { Grid } from "@/components/ui/layout";
import { SelectField } from "@/components/ui/select";
import { TextareaField } from "@/components/ui/textarea";
import type { DestinationConfig, DestinationKind } from "@/lib/delivery/schema";
import { facilities } from "./delivery-words";

type Errors = (path: string) => string[] | undefined;
type Props = Readonly<{
  config: DestinationConfig | undefined;
  hasSecret: boolean;
  errors: Errors;
}>;

const given = <K extends DestinationKind>(config: DestinationConfig | undefined, kind: K) =>
  config?.kind === kind ? (config as Extract<DestinationConfig, { kind: K }>) : undefined;

const kept = "Empty: it stays as it is.";

/** Certificates that are trusted besides those of the system and of Chancery itself. */
function TrustField({
  value,
  error,
}: Readonly<{ value: string | undefined; error: string[] | undefined }>) {
  return (
    <TextareaField
      label="Trusted certificates"
      name="ca"
      rows={3}
      mono
      defaultValue={value}
      error={error}
      placeholder="-----BEGIN CERTIFICATE-----"
      hint="PEM, for a server whose authority neither the system nor Chancery trusts yet."
    />
  );
}

export function EmailFields({ config: settings, hasSecret, errors }: Props) {
  const config = given(settings, "email");
  const [security, setSecurity] = useState<string>(config?.security ?? "starttls");
  const usual = { starttls: 587, tls: 465, none: 25 }[security];
  return (
    <>
      <TextareaField
        label="To"
        name="to"
        rows={2}
        required
        defaultValue={config?.to.join("\n")}
        error={errors("config.to")}
        placeholder="on-call@example.com"
        hint="One address a line."
      />
      <TextField
        label="From"
        name="from"
        type="email"
        required
        defaultValue={config?.from}
        error={errors("config.from")}
        placeholder="chancery@example.com"
      />
      <Grid columns={2}>
        <TextField
          label="Mail server"
          name="host"
          required
          defaultValue={config?.host}
          error={errors("config.host")}
          placeholder="smtp.example.com"
          autoComplete="off"
        />
        <TextField
          label="Port"
          name="port"
          inputMode="numeric"
          defaultValue={config?.port ?? usual}
          key={`port-${config ? "kept" : usual}`}
          required
          error={errors("config.port")}
        />
      </Grid>
      <SelectField
        label="Encryption"
        name="security"
        required
        value={security}
        onChange={(event) => {
          setSecurity(event.target.value);
        }}
        error={errors("config.security")}
        options={[
          { value: "starttls", label: "STARTTLS: begins in the clear, insists on TLS" },
          { value: "tls", label: "TLS from the first byte" },
          { value: "none", label: "None: inside a network that you trust" },
        ]}
      />
      <Grid columns={2}>
        <TextField
          label="User"
          name="user"
          defaultValue={config?.user}
          error={errors("config.user")}
          autoComplete="off"
          hint="Empty where the server asks for none."
        />
        <TextField
          label="Password"
          name="secret"
          type="password"
          autoComplete="new-password"
          error={errors("secret")}
          hint={hasSecret ? kept : "Sealed, and never shown again."}
        />
      </Grid>
      <TrustField value={config?.ca} error={errors("config.ca")} />
    </>
  );
}

export function WebhookFields({ config: settings, hasSecret, errors }: Props) {
  const config = given(settings, "webhook");
  return (
    <>
      <TextField
        label="Address"
        name="url"
        type="url"
        required
        defaultValue={config?.url}
        error={errors("config.url")}
        placeholder="https://hooks.example.com/chancery"
        autoComplete="off"
      />
      <TextField
        label="Key of the signature"
        name="secret"
        type="password"
        autoComplete="new-password"
        error={errors("secret")}
        hint={
          hasSecret
            ? kept
            : "Empty: one is made and shown once. The receiver checks the signature with it."
        }
      />
      <TrustField value={config?.ca} error={errors("config.ca")} />
    </>
  );
}

export function SlackFields({ config: settings, hasSecret, errors }: Props) {
  const config = given(settings, "slack");
  return (
    <TextField
      label="Link"
      name="secret"
      type="password"
      required={!hasSecret}
      autoComplete="off"
      error={errors("secret")}
      placeholder={config?.shown || "https://hooks.slack.com/services/…"}
      hint={
        hasSecret
          ? kept
          : "The whole link of the incoming webhook. It is its own password, so it is sealed and never shown again."
      }
    />
  );
}

export function SyslogFields({ config: settings, errors }: Props) {
  const config = given(settings, "syslog");
  const [transport, setTransport] = useState<string>(config?.transport ?? "tls");
  const usual = transport === "tls" ? 6514 : 514;
  return (
    <>
      <SelectField
        label="Transport"
        name="transport"
        required
        value={transport}
        onChange={(event) => {
          setTransport(event.target.value);
        }}
        error={errors("config.transport")}
        options={[
          { value: "tls", label: "TLS (RFC 5425)" },
          { value: "tcp", label: "TCP: readable on the way" },
          { value: "udp", label: "UDP: readable on the way, and may get lost" },
        ]}
      />
      <Grid columns={2}>
        <TextField
          label="Server"
          name="host"
          required
          defaultValue={config?.host}
          error={errors("config.host")}
          placeholder="siem.example.com"
          autoComplete="off"
        />
        <TextField
          label="Port"
          name="port"
          inputMode="numeric"
          defaultValue={config?.port ?? usual}
          key={`port-${config ? "kept" : usual}`}
          required
          error={errors("config.port")}
        />
      </Grid>
      <SelectField
        label="Facility"
        name="facility"
        required
        defaultValue={String(config?.facility ?? 13)}
        error={errors("config.facility")}
        options={facilityOptions(config?.facility)}
      />
      {transport === "tls" && <TrustField value={config?.ca} error={errors("config.ca")} />}
    </>
  );
}

function facilityOptions(current: number | undefined) {
  const options = facilities.map(([value, label]) => ({ value: String(value), label }));
  return current === undefined || options.some(({ value }) => value === String(current))
    ? options
    : [...options, { value: String(current), label: String(current) }];
}
