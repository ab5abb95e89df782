export type ChildName = "signer" | "console" | "door";

/** The children in the order in which they start, those in one row together; they end one by one in the opposite order. */
export const startOrder: readonly (readonly ChildName[])[] = [["signer", "console"], ["door"]];

/** What the supervisor alone knows and hands out, each piece to whom it belongs. */
export interface Secrets {
  readonly databaseUrl: string;
  readonly kek: string;
  readonly deliveryKey: string;
  readonly sessionSecret: string;
  readonly setupTokenSha256: string;
}

const SHARED = [
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
  "CHANCERY_WITNESS_DIR",
  "CHANCERY_WITNESS_POLICY",
];

/** The whole environment of one child: nothing is inherited but what is listed, so no child learns another's secret. */
export function environmentOf(
  name: ChildName,
  runDir: string,
  settings: NodeJS.ProcessEnv,
  secrets: Secrets,
): NodeJS.ProcessEnv {
  const environment: Record<string, string | undefined> = {
    NODE_ENV: "production",
    CHANCERY_RUN_DIR: runDir,
    DATABASE_URL: secrets.databaseUrl,
  };
  const pass = (...names: string[]) => {
    for (const key of names) if (settings[key] !== undefined) environment[key] = settings[key];
  };
  pass(...SHARED);
  switch (name) {
    case "signer":
      environment.CHANCERY_KEK = secrets.kek;
      break;
    case "door":
      environment.CHANCERY_DELIVERY_KEY = secrets.deliveryKey;
      pass(
        "CHANCERY_OUTBOUND_ALLOW",
        "CHANCERY_ADMIN_EMAIL",
        "CHANCERY_ADMIN_PASSWORD",
        "CHANCERY_ORGANIZATION",
        "CHANCERY_TSA_URL",
        "CHANCERY_TSA_CA",
        "CHANCERY_TSA_EVERY_MINUTES",
        "CHANCERY_VERIFY_AT",
      );
      break;
    case "console":
      pass("CHANCERY_OUTBOUND_ALLOW");
      Object.assign(environment, {
        CHANCERY_DELIVERY_KEY: secrets.deliveryKey,
        CHANCERY_SESSION_SECRET: secrets.sessionSecret,
        NEXTAUTH_SECRET: secrets.sessionSecret,
        AUTH_TRUST_HOST: "true",
        CHANCERY_SETUP_TOKEN_SHA256: secrets.setupTokenSha256,
        NEXT_TELEMETRY_DISABLED: "1",
      });
      break;
  }
  return environment as NodeJS.ProcessEnv;
}
