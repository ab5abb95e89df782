/** The service name of requests to Chancery itself, as recorded in the log. */
export const ownService = "chancery";

/** The display name of a service. Chancery is marked, so that it doesn't look like another service. */
export function serviceLabel(service: string): string {
  return service === ownService ? "Chancery itself" : service;
}
