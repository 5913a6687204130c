/** Prints the URL of a file in the folder of Swagger UI; that it is imported is what makes it be there. */
import "swagger-ui-dist/absolute-path.js";

console.log(import.meta.resolve("swagger-ui-dist/absolute-path.js"));
