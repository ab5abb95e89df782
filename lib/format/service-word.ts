/** The service of requests that are made to Chancery itself, as the log's readers call it. */
export const ownService = "chancery";

/** A service as people call it; Chancery's own name among others would read like one of them. */
export function serviceWord(service: string): string {
  return service === ownService ? "Chancery itself" : service;
}
