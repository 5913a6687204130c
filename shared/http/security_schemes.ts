/** How each kind of caller identifies itself, under the names that `operation` refers to. */
export const SECURITY_SCHEMES = {
  userToken: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "The access token of a signed-in user, or a program's key (vx_…)",
  },
  apiKey: {
    type: "apiKey",
    in: "header",
    name: "x-api-key",
    description: "A program's key (vx_…)",
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
  scannerSignature: {
    type: "apiKey",
    in: "header",
    name: "github-public-key-signature",
    description: "The secret scanner's signature over the body (ECDSA, P-256, SHA-256)",
  },
  providerSignature: {
    type: "apiKey",
    in: "header",
    name: "x-twilio-signature",
    description: "The phone provider's signature over the request",
  },
  retellSignature: {
    type: "apiKey",
    in: "header",
    name: "x-retell-signature",
    description: "Retell's signature over the body (HMAC-SHA256), with the account's API key",
  },
} as const;

/** The name of a security scheme. */
export type SecurityScheme = keyof typeof SECURITY_SCHEMES;
