import { execFileSync, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort, type Running, stopper, untilAnswers } from "./_tools";

/**
 * cfssl with a P-256 CA and no database: it signs what it is sent, and stores and records nothing.
 * Its URL takes `{"certificate_request": PEM}`.
 */
export async function startCfssl(folder: string): Promise<Running> {
  const file = (name: string): string => join(folder, name);
  const options = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30"];
  const to = ["-keyout", file("cfssl.key"), "-out", file("cfssl.pem"), "-subj", "/CN=Benchmark"];
  execFileSync("openssl", ["req", "-x509", ...options, ...to], { stdio: "ignore" });
  const usages = ["digital signature", "server auth"];
  const configuration = { signing: { default: { expiry: "720h", usages } } };
  writeFileSync(file("cfssl.json"), JSON.stringify(configuration));
  const port = await freePort();
  const key = ["-ca", file("cfssl.pem"), "-ca-key", file("cfssl.key")];
  const where = ["-address", "127.0.0.1", "-port", String(port), "-loglevel", "5"];
  const child = spawn("cfssl", ["serve", ...key, "-config", file("cfssl.json"), ...where], {
    stdio: "ignore",
  });
  await untilAnswers(`http://127.0.0.1:${port}/`, child);
  return { url: `http://127.0.0.1:${port}/api/v1/cfssl/sign`, stop: stopper(child) };
}
