import { z } from "zod";
import { parseDuration } from "@/lib/format/duration";
import { receiveSecrets } from "./read-secrets";

const port = z.coerce.number().int().min(0).max(65535);

const descriptor = z.coerce.number().int().min(3).optional();

/**
 * users: each process has its own user. landlock: gateway and console are in a sandbox. none: code
 * running in one of them could read the keys.
 */
export const boundaryKinds = ["users", "landlock", "none", "unknown"] as const;
export type BoundaryKind = (typeof boundaryKinds)[number];

const environment = z.object({
  CHANCERY_HOST: z.string().default("127.0.0.1"),
  CHANCERY_HTTP_PORT: port.default(3000),
  CHANCERY_HTTPS_PORT: port.default(3443),
  CHANCERY_MTLS_PORT: port.default(3444),
  /**
   * How many gateway processes accept on each port; 0 is one for every two processors. The supervisor
   * passes each the number that it chose.
   */
  CHANCERY_WORKERS: z.coerce.number().int().min(0).max(16).default(0),
  /** Listeners that were opened for this process: those of ports below 1024, or all by systemd. */
  CHANCERY_HTTP_FD: descriptor,
  CHANCERY_HTTPS_FD: descriptor,
  CHANCERY_MTLS_FD: descriptor,
  CHANCERY_PUBLIC_URL: z
    .url()
    .default("http://localhost:3000")
    .transform((url) => url.replace(/\/+$/, "")),
  CHANCERY_DATA: z.string().default("./data"),
  /**
   * Folder of the private sockets (signer.sock, console.sock, PostgreSQL's), made by the
   * supervisor, mode 0700.
   */
  CHANCERY_RUN_DIR: z.string().default(""),
  /** What keeps the processes apart, as the supervisor or a service unit set it up. */
  CHANCERY_BOUNDARY: z.enum(boundaryKinds).default("unknown"),
  DATABASE_URL: z.string().default(""),
  /** The connection of the signer's role, for the signer process alone. */
  DATABASE_SIGNER_URL: z.string().default(""),
  CHANCERY_SESSION_SECRET: z.string().default(""),
  CHANCERY_SETUP_TOKEN_SHA256: z.string().default(""),
  /** The digest of the token in signer-admin.key, for the signer alone. */
  CHANCERY_HOST_TOKEN_SHA256: z.string().default(""),
  /** How long a session of the console lasts without activity. */
  CHANCERY_SESSION_IDLE_MINUTES: z.coerce.number().int().min(1).max(720).default(30),
  CHANCERY_ADMIN_EMAIL: z.string().default(""),
  CHANCERY_ADMIN_PASSWORD: z.string().default(""),
  CHANCERY_ORGANIZATION: z.string().default(""),
  /** The organization's domains: "example.com, example.org". */
  CHANCERY_DOMAINS: z.string().default(""),
  /**
   * Folder where the signer remembers the last checkpoint of each log, outside the database;
   * `witness` in the data folder by default.
   */
  CHANCERY_WITNESS_DIR: z.string().default(""),
  /** What people call that folder, where the signer reaches it through a descriptor. */
  CHANCERY_WITNESS_NAME: z.string().default(""),
  /**
   * A C2SP tlog-policy file that names witnesses and how many of them must cosign; `witness-policy`
   * in the data folder, if it is there, by default.
   */
  CHANCERY_WITNESS_POLICY: z.string().default(""),
  /** The contents of that file, and of the next, as the supervisor read them. */
  CHANCERY_WITNESS_POLICY_TEXT: z.string().optional(),
  CHANCERY_TSA_CA_TEXT: z.string().optional(),
  /**
   * A time-stamping authority (RFC 3161) that anchors checkpoints, and the file of the certificates
   * (PEM) that it is trusted by.
   */
  CHANCERY_TSA_URL: z.union([z.literal(""), z.url({ protocol: /^https?$/ })]).default(""),
  CHANCERY_TSA_CA: z.string().default(""),
  CHANCERY_TSA_EVERY_MINUTES: z.coerce.number().int().min(1).max(10_080).default(60),
  /** When the nightly verification of the whole log begins, UTC. */
  CHANCERY_VERIFY_AT: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "a time of day, as 02:30")
    .default("02:30"),
  /**
   * Hosts and networks that deliveries may reach although they are private: "hooks.example.com,
   * 10.0.0.0/8".
   */
  CHANCERY_OUTBOUND_ALLOW: z.string().default(""),
  /**
   * The DNS servers that ACME challenges are validated with, separated by spaces or commas:
   * "10.0.0.53, [2001:db8::53]:5353". Those of the system if empty.
   */
  CHANCERY_ACME_RESOLVERS: z
    .string()
    .regex(/^[\s,0-9a-fA-F.:[\]]*$/, "Use addresses of DNS servers, such as 10.0.0.53.")
    .default(""),
  /**
   * The key (base64) that encrypts the secrets of destinations; derived from the KEK by the
   * supervisor for the gateway and the console.
   */
  CHANCERY_DELIVERY_KEY: z.string().default(""),
  /** Where and how often the supervisor makes backups, and how many it keeps. */
  CHANCERY_BACKUP_DIR: z.string().default(""),
  CHANCERY_BACKUP_EVERY: z
    .string()
    .default("1 day")
    .refine((text) => (parseDuration(text) ?? 0) >= 60, "a duration of a minute or more, as 1 day"),
  CHANCERY_BACKUP_KEEP: z.coerce.number().int().min(1).max(10_000).default(7),
  CHANCERY_LOG_LEVEL: z.enum(["debug", "info", "warn", "error"]).default("info"),
  /** Set by the supervisor alone, for a demonstration: its pages say so. */
  CHANCERY_DEMO: z.enum(["", "1"]).default(""),
  /** Set by the supervisor alone: whether the KEK is a file in the data folder. */
  CHANCERY_KEK_PLACE: z.enum(["data", "elsewhere", "unknown"]).default("unknown"),
  /** How the supervisor writes the lines of all processes. */
  CHANCERY_LOG_FORMAT: z.enum(["text", "json"]).default("text"),
});
export type Env = z.infer<typeof environment>;

/** The names of all settings that a process reads. */
export const settingNames: readonly string[] = Object.keys(environment.shape);

/**
 * The process's settings, from its environment and, as far as they are secret, from its pipe.
 * Throws with every variable that is wrong.
 */
export function readEnv(source: NodeJS.ProcessEnv = settingsOfThisProcess()): Env {
  const parsed = environment.safeParse(source);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`These settings are wrong:\n  ${wrong.join("\n  ")}`);
}

const settingsOfThisProcess = (): NodeJS.ProcessEnv => ({ ...process.env, ...receiveSecrets() });
