type Json = Readonly<Record<string, unknown>>;
/** The parts of an OpenAPI 3.1 document that the reference page uses. */
export type OpenApiDocument = Readonly<{
  openapi: string;
  info: Readonly<{ title: string; version: string; description: string }>;
  servers: readonly Readonly<{ url: string }>[];
  paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  components: Readonly<{ schemas: Readonly<Record<string, Json>> }>;
}>;
export type Operation = Readonly<{
  operationId: string;
  tags: readonly string[];
  summary: string;
  description?: string;
  security: readonly Json[];
  parameters?: readonly Readonly<{
    name: string;
    in: string;
    required: boolean;
    description?: string;
    schema: Json;
  }>[];
  requestBody?: Readonly<{
    content: Readonly<Record<string, Readonly<{ schema: Json; example?: unknown }>>>;
  }>;
  responses: Readonly<
    Record<
      string,
      Readonly<{
        description: string;
        headers?: Readonly<Record<string, Readonly<{ example?: unknown }>>>;
        content?: Readonly<Record<string, Readonly<{ schema?: Json; example?: unknown }>>>;
      }>
    >
  >;
}>;
