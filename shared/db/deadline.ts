/** How long one request to the database may take, in milliseconds. A caller waits on the phone. */
export const DEADLINE_MS = 4_000;
