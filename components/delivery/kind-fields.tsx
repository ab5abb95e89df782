"use client";

import { useState } from "react";
import { TextField } from "@/components/ui/input";
import { Grid } from "@/components/ui/layout";
import { SelectField } from "@/components/ui/select";
import { TextareaField } from "@/components/ui/textarea";
import type { DestinationConfig, DestinationKind } from "@/lib/delivery/schema";
import { facilities } from "./delivery-labels";

type Errors = (path: string) => string[] | undefined;
type Props = Readonly<{
  config: DestinationConfig | undefined;
  hasSecret: boolean;
  errors: Errors;
}>;

const given = <K extends DestinationKind>(config: DestinationConfig | undefined, kind: K) =>
  config?.kind === kind ? (config as Extract<DestinationConfig, { kind: K }>) : undefined;

const keepHint = "Leave empty to keep the current one.";

/** Certificates that are trusted in addition to the CAs of the system and of Chancery. */
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
      hint="PEM. Only needed if the server’s CA is trusted by neither the system nor Chancery."
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
        hint="One address per line."
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
          { value: "starttls", label: "STARTTLS, required" },
          { value: "tls", label: "Implicit TLS" },
          { value: "none", label: "None, for trusted networks only" },
        ]}
      />
      <Grid columns={2}>
        <TextField
          label="Username"
          name="user"
          defaultValue={config?.user}
          error={errors("config.user")}
          autoComplete="off"
          hint="Leave empty if the server doesn’t require one."
        />
        <TextField
          label="Password"
          name="secret"
          type="password"
          autoComplete="new-password"
          error={errors("secret")}
          hint={hasSecret ? keepHint : "Stored encrypted and never shown again."}
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
        label="URL"
        name="url"
        type="url"
        required
        defaultValue={config?.url}
        error={errors("config.url")}
        placeholder="https://hooks.example.com/chancery"
        autoComplete="off"
        hint={
          config === undefined
            ? "Stored encrypted. Only the host is shown again, because the path is often a secret."
            : "Only the host is shown. Leave it as it is to keep the URL, or paste the whole new one."
        }
      />
      <TextField
        label="Signing key"
        name="secret"
        type="password"
        autoComplete="new-password"
        error={errors("secret")}
        hint={
          hasSecret
            ? keepHint
            : "Leave empty to generate one, which is shown once. The receiver uses it to verify signatures."
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
      label="Webhook URL"
      name="secret"
      type="password"
      required={!hasSecret}
      autoComplete="off"
      error={errors("secret")}
      placeholder={config?.shown || "https://hooks.slack.com/services/…"}
      hint={
        hasSecret
          ? keepHint
          : "The full URL of the incoming webhook. Anyone who has it can post, so it’s stored encrypted and never shown again."
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
          { value: "tcp", label: "TCP, not encrypted" },
          { value: "udp", label: "UDP, not encrypted, may lose messages" },
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
