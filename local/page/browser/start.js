/* global SwaggerUIBundle -- of the script before this one */
SwaggerUIBundle({
  url: "/api/openapi.json",
  dom_id: "#page",
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  persistAuthorization: false,
  tryItOutEnabled: true,
  // Nothing is sent to a validator elsewhere.
  validatorUrl: null,
});
