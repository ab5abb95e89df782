import type { BoundaryKind } from "@/lib/runtime/env";
import type { SecretSettings } from "@/lib/runtime/read-secrets";
import type { ChildSecrets } from "./secret-channel";

export type ChildName = "signer" | "console" | "gateway";

/**
 * The order in which the processes start; those in one row start together. They stop one by one in
 * reverse order.
 */
export const startOrder: readonly (readonly ChildName[])[] = [["signer", "console"], ["gateway"]];

/** Secrets that only the supervisor knows; each process gets its own part. */
export type Secrets = Readonly<{
  databaseUrl: string;
  signerDatabaseUrl: string;
  kek: Uint8Array;
  adminPassword: string;
  deliveryKey: string;
  sessionSecret: string;
  setupTokenSha256: string;
  hostTokenSha256: string;
  /** Files that the processes themselves may not be able to read. */
  files: SecretSettings;
}>;

const sharedVariables = [
  "PATH",
  "HOME",
  "TZ",
  "LANG",
  "TMPDIR",
  "NODE_EXTRA_CA_CERTS",
  "CHANCERY_HOST",
  "CHANCERY_HTTP_PORT",
  "CHANCERY_HTTPS_PORT",
  "CHANCERY_MTLS_PORT",
  "CHANCERY_PUBLIC_URL",
  "CHANCERY_DATA",
  "CHANCERY_LOG_LEVEL",
  "CHANCERY_SESSION_IDLE_MINUTES",
  "CHANCERY_WITNESS_DIR",
  "CHANCERY_WITNESS_POLICY",
];

/**
 * The complete environment of one process. It inherits only what is listed here, and no secret:
 * those go through a pipe.
 */
export function environmentOf(
  name: ChildName,
  place: Readonly<{
    runDir: string;
    root: string;
    witnessFolder: string;
    boundary: BoundaryKind;
    isDemo?: boolean;
    /** Whether the KEK is a file in the data folder. */
    isKekInData?: boolean;
    /** How many gateways share the ports. */
    workers?: number;
  }>,
  settings: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  const environment: Record<string, string | undefined> = {
    NODE_ENV: "production",
    CHANCERY_RUN_DIR: place.runDir,
    CHANCERY_ROOT: place.root,
  };
  const pass = (...names: string[]) => {
    for (const key of names) if (settings[key] !== undefined) environment[key] = settings[key];
  };
  pass(...sharedVariables);
  switch (name) {
    case "signer":
      environment.CHANCERY_WITNESS_NAME = place.witnessFolder;
      // A setup from the environment is confirmed by it.
      pass("CHANCERY_ADMIN_EMAIL", "CHANCERY_DOMAINS");
      break;
    case "gateway":
      environment.CHANCERY_BOUNDARY = place.boundary;
      environment.CHANCERY_WORKERS = String(place.workers ?? 1);
      pass(
        "CHANCERY_OUTBOUND_ALLOW",
        "CHANCERY_ACME_RESOLVERS",
        "CHANCERY_ADMIN_EMAIL",
        "CHANCERY_ORGANIZATION",
        "CHANCERY_DOMAINS",
        "CHANCERY_TSA_URL",
        "CHANCERY_TSA_CA",
        "CHANCERY_TSA_EVERY_MINUTES",
        "CHANCERY_VERIFY_AT",
      );
      break;
    case "console":
      pass("CHANCERY_OUTBOUND_ALLOW");
      if (place.isDemo) environment.CHANCERY_DEMO = "1";
      environment.CHANCERY_KEK_PLACE = place.isKekInData ? "data" : "elsewhere";
      Object.assign(environment, { AUTH_TRUST_HOST: "true", NEXT_TELEMETRY_DISABLED: "1" });
      break;
  }
  return environment as NodeJS.ProcessEnv;
}

/** The secrets of one process: no process learns another's. */
export function secretsOf(name: ChildName, secrets: Secrets): ChildSecrets {
  const DATABASE_URL = secrets.databaseUrl;
  switch (name) {
    case "signer":
      return {
        settings: {
          DATABASE_SIGNER_URL: secrets.signerDatabaseUrl,
          CHANCERY_SETUP_TOKEN_SHA256: secrets.setupTokenSha256,
          CHANCERY_HOST_TOKEN_SHA256: secrets.hostTokenSha256,
        },
        kek: secrets.kek,
      };
    case "gateway":
      return {
        settings: {
          ...secrets.files,
          DATABASE_URL,
          CHANCERY_DELIVERY_KEY: secrets.deliveryKey,
          CHANCERY_ADMIN_PASSWORD: secrets.adminPassword,
        },
      };
    case "console":
      return {
        settings: {
          ...secrets.files,
          DATABASE_URL,
          CHANCERY_DELIVERY_KEY: secrets.deliveryKey,
          CHANCERY_SESSION_SECRET: secrets.sessionSecret,
          CHANCERY_SETUP_TOKEN_SHA256: secrets.setupTokenSha256,
        },
      };
  }
}
