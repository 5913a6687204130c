import { Webhook as StandardWebhook } from "standardwebhooks";
import { Webhook as SvixWebhook } from "svix";

/**
 * Tells whether receivers would take a delivery: those with the library of Standard Webhooks, and
 * those with Svix's.
 *
 * @throws {Error} if they disagree.
 */
export function isVerified(headers: object, body: string, secret: string): boolean {
  const verifiers = [new StandardWebhook(secret), new SvixWebhook(secret)];
  const [standard, svix] = verifiers.map((verifier) => {
    try {
      verifier.verify(body, { ...headers });
      return true;
    } catch {
      return false;
    }
  });
  if (standard !== svix) throw new Error(`standardwebhooks: ${standard}, svix: ${svix}`);
  return standard === true;
}
