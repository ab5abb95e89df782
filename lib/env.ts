import { z } from "zod";

const port = z.coerce.number().int().min(0).max(65535);

const environment = z.object({
  CHANCERY_HOST: z.string().default("127.0.0.1"),
  CHANCERY_HTTP_PORT: port.default(3000),
  CHANCERY_HTTPS_PORT: port.default(3443),
  CHANCERY_MTLS_PORT: port.default(3444),
  CHANCERY_PUBLIC_URL: z
    .url()
    .default("http://localhost:3000")
    .transform((url) => url.replace(/\/+$/, "")),
  CHANCERY_DATA: z.string().default("./data"),
  /** Folder of the private sockets (signer.sock, console.sock, PostgreSQL's), made by the supervisor, mode 0700. */
  CHANCERY_RUN_DIR: z.string().default(""),
  DATABASE_URL: z.string().default(""),
  CHANCERY_SESSION_SECRET: z.string().default(""),
  CHANCERY_SETUP_TOKEN_SHA256: z.string().default(""),
  CHANCERY_ADMIN_EMAIL: z.string().default(""),
  CHANCERY_ADMIN_PASSWORD: z.string().default(""),
  CHANCERY_ORGANIZATION: z.string().default(""),
  CHANCERY_KEK: z.string().default(""),
  /** Folder where the signer remembers the last checkpoint of each log, outside the database; `witness` in the data folder by default. */
  CHANCERY_WITNESS_DIR: z.string().default(""),
  /** A C2SP tlog-policy file that names witnesses and how many of them must cosign; `witness-policy` in the data folder, if it is there, by default. */
  CHANCERY_WITNESS_POLICY: z.string().default(""),
  /** A time-stamping authority (RFC 3161) that anchors checkpoints, and the file of the certificates (PEM) that it is trusted by. */
  CHANCERY_TSA_URL: z.union([z.literal(""), z.url({ protocol: /^https?$/ })]).default(""),
  CHANCERY_TSA_CA: z.string().default(""),
  CHANCERY_TSA_EVERY_MINUTES: z.coerce.number().int().min(1).max(10_080).default(60),
  /** When the nightly verification of the whole log begins, UTC. */
  CHANCERY_VERIFY_AT: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "a time of day, as 02:30")
    .default("02:30"),
  /** Hosts and networks that deliveries may reach although they are private: "hooks.example.com, 10.0.0.0/8". */
  CHANCERY_OUTBOUND_ALLOW: z.string().default(""),
  /** What seals the secrets of destinations, base64; made by the supervisor from the KEK, for the door and the console. */
  CHANCERY_DELIVERY_KEY: z.string().default(""),
  CHANCERY_LOG_LEVEL: z.enum(["debug", "info", "warn", "error"]).default("info"),
});
export type Env = z.infer<typeof environment>;

/** The process's settings, validated once. Throws with every variable that is wrong. */
export function readEnv(source: NodeJS.ProcessEnv = process.env): Env {
  const parsed = environment.safeParse(source);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`These settings are wrong:\n  ${wrong.join("\n  ")}`);
}
