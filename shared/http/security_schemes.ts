/** How each kind of caller identifies itself, under the names that `operation` refers to. */
export const SECURITY_SCHEMES = {
  userToken: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "The access token of a signed-in user",
  },
  operatorKey: {
    type: "apiKey",
    in: "header",
    name: "apikey",
    description: "The project's secret key named default",
  },
  cronKey: {
    type: "apiKey",
    in: "header",
    name: "apikey",
    description: "The project's secret key named cron",
  },
  providerSignature: {
    type: "apiKey",
    in: "header",
    name: "x-twilio-signature",
    description: "The phone provider's signature over the request",
  },
} as const;

/** The name of a security scheme. */
export type SecurityScheme = keyof typeof SECURITY_SCHEMES;
