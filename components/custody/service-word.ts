/** The service of requests made to Chancery itself, as the log's readers call it. */
const own = "chancery";

/** A service as people call it. */
export function serviceWord(service: string): string {
  return service === own ? "Chancery itself" : service;
}
